import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { identifyProcess, type ProcessIdentity } from "./process-identity.ts";

/** A process as it was started. */
export interface CommandLine {
  readonly pid: number;
  readonly args: readonly string[];
}

/** Every process of this machine that we may see. */
export function commandLines(): CommandLine[] {
  return process.platform === "linux" ? commandLinesOnLinux() : commandLinesByPs();
}

/** The processes whose program was called by a path below a directory. */
export function processesOfProgramsIn(dir: string): ProcessIdentity[] {
  const inside = dir.endsWith(sep) ? dir : dir + sep;
  return commandLines()
    .filter(({ args }) => args[0]?.startsWith(inside))
    .flatMap(({ pid }) => identifyProcess(pid) ?? []);
}

function commandLinesOnLinux(): CommandLine[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0") }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

function commandLinesByPs(): CommandLine[] {
  const text = execFileSync("ps", ["-axww", "-o", "pid=,args="], {
    encoding: "utf8",
    env: { LC_ALL: "C", PATH: "/bin:/usr/bin" },
    maxBuffer: 64 * 1024 * 1024,
  });
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(\d+) (.*)$/.exec(line);
    // Blanks inside an argument cannot be told from those between two; flags begin with dashes.
    return match === null ? [] : [{ pid: Number(match[1]), args: (match[2] ?? "").split(/ (?=--)/) }];
  });
}

import { basename, sep } from "node:path";
import { commandLines } from "../processes/command-lines.ts";
import { identifyProcess, type ProcessIdentity } from "../processes/process-identity.ts";
import { PROGRAM_NAMES, type ProgramName } from "./layout.ts";

/** A program of a control plane that was found by its command line. */
export interface FoundProgram {
  readonly program: ProgramName;
  readonly identity: ProcessIdentity;
  readonly args: readonly string[];
}

/**
 * The programs that work below a directory, found by their command lines and not by pid files: those may be deleted or
 * broken, or a kill may have come between the start of a program and the writing of its file. Each names its directory.
 */
export function programsBelow(dir: string): readonly FoundProgram[] {
  const inside = dir.endsWith(sep) ? dir : dir + sep;
  return commandLines().flatMap(({ pid, args }) => {
    const program = PROGRAM_NAMES.find((name) => name === basename(args[0] ?? ""));
    if (program === undefined || !args.some((arg) => pathIn(arg).startsWith(inside))) {
      return [];
    }
    const identity = identifyProcess(pid);
    return identity === undefined ? [] : [{ program, identity, args }];
  });
}

/** Names of the folders directly below `dir` that programs work in. */
export function foldersWithPrograms(dir: string): readonly string[] {
  const inside = dir.endsWith(sep) ? dir : dir + sep;
  const names = programsBelow(dir).flatMap(({ args }) =>
    args
      .map(pathIn)
      .filter((path) => path.startsWith(inside))
      .map((path) => path.slice(inside.length).split(sep)[0] ?? ""),
  );
  return [...new Set(names)].sort();
}

/** The path in `--flag=path`. */
function pathIn(arg: string): string {
  return arg.replace(/^--[\w-]+=/, "");
}

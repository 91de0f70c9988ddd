/** Processes of this machine (Linux): those in namespaces of a sandbox have other numbers and paths there, but are seen. */
import { readFileSync, readdirSync } from "node:fs";

/** The numbers of the processes that run a program, by its file's name (as far as the kernel keeps it, 15 characters). */
export function processesNamed(program: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && read(`/proc/${entry}/comm`).trim() === program.slice(0, 15))
    .map(Number);
}

/** What a process was started with, `NAME=value` each. */
export function environmentOf(pid: number): string[] {
  return read(`/proc/${pid}/environ`).split("\0");
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It ended while we looked.
    return "";
  }
}

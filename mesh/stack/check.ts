import type { Problem } from "./errors.ts";
import type { StackData } from "./stack.ts";

/** A rule over a whole stack: pure, and gives every problem that it finds. */
export type Check = (stack: StackData) => Problem[];

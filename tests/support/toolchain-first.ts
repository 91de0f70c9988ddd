import type { Progress } from "../../sandbox/contracts.ts";
import { ensureProgram, ensureToolchain } from "../../sandbox/toolchain/index.ts";

/**
 * Mocha's global setup: builds the toolchain once, before the first test, so that on an empty cache no test's time
 * limit has to hold the minutes that it takes.
 */
export async function mochaGlobalSetup(): Promise<void> {
  let phase = "";
  const tell: Progress = ({ message }) => {
    if (message !== phase) {
      phase = message;
      console.error(message);
    }
  };
  await ensureToolchain(tell);
  // Some tests have pods placed and not run.
  await ensureProgram("kwok", tell);
}

import { ensureToolchain } from "../../sandbox/toolchain/index.ts";

/**
 * Mocha's global setup: builds the toolchain once, before the first test, so that on an empty cache no test's time
 * limit has to hold the minutes that it takes.
 */
export async function mochaGlobalSetup(): Promise<void> {
  let phase = "";
  await ensureToolchain(({ message }) => {
    if (message !== phase) {
      phase = message;
      console.error(message);
    }
  });
}

import { readStackFile, type Stack } from "../../mesh/load/load.ts";
import { costOf, type Cost } from "../../mesh/cost/cost.ts";
import { NoPriceError } from "../../mesh/cost/prices.ts";
import type { DriverOptions } from "../../sandbox/driver/commands/index.ts";
import { firstSightLines } from "../output/first-sight.ts";

/** Phase in which the toolchain tells its progress. */
const TOOLCHAIN = "toolchain";

/**
 * Options with which a command says what it is about to make before the first program of the toolchain is built: that
 * takes minutes, and on later runs nothing, when nothing is said.
 * @param say writes a line
 */
export function withFirstSight(stackName: string, driver: DriverOptions, say: (line: string) => void): DriverOptions {
  let isSaid = false;
  return {
    ...driver,
    progress: (event) => {
      if (event.phase === TOOLCHAIN && !isSaid) {
        isSaid = true;
        const stack = readStackFile(driver.places.projectDir, stackName, driver.catalog);
        firstSightLines(stack, costOrNone(stack), process.stderr).forEach(say);
      }
      driver.progress(event);
    },
  };
}

function costOrNone(stack: Stack): Cost | undefined {
  try {
    return costOf(stack, new Date().toISOString().slice(0, 10));
  } catch (error) {
    if (error instanceof NoPriceError) {
      return undefined;
    }
    throw error;
  }
}

import { applicationObjects } from "../../mesh/application.ts";
import { checkCalls } from "../../mesh/features/workloads/checks-calls.ts";
import { checkNames } from "../../mesh/checks/names.ts";
import { checkPrecedence } from "../../mesh/features/routing/checks-precedence.ts";
import { checkRoutes } from "../../mesh/features/routing/checks-routes.ts";
import { syntheticStack } from "./synthetic-stack.ts";

const SIZES = [5, 50, 500] as const;

/** Runs that are not counted. */
const WARM_UP = 10;

/** Times that the step from one size to the next, ten times as large, may take: twenty leaves a margin for the noise of a small one. */
const LINEAR = 20;

/**
 * Times building all objects of an application, and checking its catalog, for catalogs of 5, 50 and 500 services.
 * @returns the lines to print; whether the largest step stays linear stands in the last one
 */
export function modelLines(runs: number): string[] {
  const rows = SIZES.map((services) => {
    const stack = syntheticStack(services);
    return {
      services,
      objects: applicationObjects(stack).length,
      build: time(runs, () => applicationObjects(stack)),
      check: time(runs, () => [checkCalls, checkNames, checkPrecedence, checkRoutes].map((check) => check(stack))),
    };
  });
  const [, middle, large] = rows;
  const step = (large?.build ?? 0) / (middle?.build ?? 1);
  return [
    "model                              objects      build      check",
    ...rows.map(
      ({ services, objects, build, check }) =>
        `${`${services} services`.padEnd(34)} ${String(objects).padStart(7)} ${ms(build)} ${ms(check)}`,
    ),
    `from 50 to 500 services: ${step.toFixed(1)} times as long to build (linear: 10; too much: ${LINEAR})`,
  ];
}

/**
 * Milliseconds of processor time that a warm program's best of so many runs takes: a small size is over before the compiler
 * is done with it, and the clock on the wall counts what else the machine does.
 */
function time(runs: number, work: () => unknown): number {
  const samples = Array.from({ length: runs + WARM_UP }, () => {
    const started = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return Math.min(...samples.slice(WARM_UP));
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`.padStart(10);
}

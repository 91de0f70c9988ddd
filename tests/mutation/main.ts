import { readStackFile } from "../../config/load.ts";
import { stackObjects } from "../../model/render.ts";
import { PROJECT_DIRECTORY, STACKS } from "../support/stacks.ts";
import { killerOf } from "./checks.ts";
import { mutantsOf } from "./mutants.ts";

/** Share of mutants that must be noticed. */
const NEEDED = 0.95;

let [killed, total] = [0, 0];
const survivors: string[] = [];
for (const name of STACKS) {
  const stack = readStackFile(PROJECT_DIRECTORY, name);
  const objects = stackObjects(stack, name);
  const before = killerOf(stack, objects);
  if (before !== undefined) {
    throw new Error(`${name} fails without any mutation: ${before}`);
  }
  const byCheck = new Map<string, number>();
  const mutants = mutantsOf(objects);
  for (const mutant of mutants) {
    const [check] = killerOf(stack, mutant.objects)?.split(":") ?? [];
    if (check === undefined) {
      survivors.push(`${name}: ${mutant.name}`);
    } else {
      killed += 1;
      byCheck.set(check, (byCheck.get(check) ?? 0) + 1);
    }
  }
  total += mutants.length;
  const counts = [...byCheck].map(([check, count]) => `${check} ${count}`).join(", ");
  console.log(`${name}: ${mutants.length} mutants; first noticed by ${counts}`);
}
console.log(`${killed} of ${total} killed (${((100 * killed) / total).toFixed(1)} %), ${survivors.length} survive`);
survivors.forEach((survivor) => console.log(`  survives: ${survivor}`));
process.exitCode = killed / total >= NEEDED ? 0 : 1;

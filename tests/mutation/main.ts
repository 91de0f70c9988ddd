import { stackObjects } from "../../mesh/inventory.ts";
import { killerOf } from "./checks/index.ts";
import { mutantsOf } from "./mutants/index.ts";
import { reasonOf } from "./reasons.ts";
import { mutatedStacks } from "./stacks.ts";

/** Share of mutants that must be noticed. */
const NEEDED = 0.95;

let [killed, total] = [0, 0];
const survivors: string[] = [];
const kinds = new Map<string, [killed: number, total: number]>();
for (const [name, stack] of mutatedStacks()) {
  const objects = stackObjects(stack, name);
  const before = killerOf(stack, objects);
  if (before !== undefined) {
    throw new Error(`${name} fails without any mutation: ${before}`);
  }
  const byCheck = new Map<string, number>();
  const mutants = mutantsOf(objects);
  for (const mutant of mutants) {
    const ofKind = kinds.get(mutant.kind) ?? [0, 0];
    kinds.set(mutant.kind, ofKind);
    ofKind[1] += 1;
    const [check] = killerOf(stack, mutant.objects)?.split(":") ?? [];
    if (check === undefined) {
      survivors.push(`${name}: ${mutant.name}`);
    } else {
      killed += 1;
      ofKind[0] += 1;
      byCheck.set(check, (byCheck.get(check) ?? 0) + 1);
    }
  }
  total += mutants.length;
  const counts = [...byCheck].map(([check, count]) => `${check} ${count}`).join(", ");
  console.log(`${name}: ${mutants.length} mutants; first noticed by ${counts}`);
}
console.log([...kinds].map(([kind, [dead, all]]) => `${kind} ${dead}/${all}`).join(", "));
console.log(`${killed} of ${total} killed (${((100 * killed) / total).toFixed(1)} %), ${survivors.length} survive`);
const unexplained = survivors.filter((survivor) => reasonOf(survivor) === undefined);
survivors.forEach((survivor) => console.log(`  survives: ${survivor}: ${reasonOf(survivor) ?? "NO REASON KNOWN"}`));
process.exitCode = killed / total >= NEEDED && unexplained.length === 0 ? 0 : 1;

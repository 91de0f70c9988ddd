/** `npm run golden` compares each stack's graph with the recorded one; `-- --update` records it anew. */
import { graphOf, GRAPHS, readGolden, writeGolden } from "./graph.ts";

const update = process.argv.includes("--update");

for (const stack of GRAPHS) {
  const graph = await graphOf(stack);
  if (update) {
    writeGolden(stack, graph);
    console.log(`tests/golden/${stack}.json: recorded`);
  } else if (graph !== readGolden(stack)) {
    console.error(`tests/golden/${stack}.json: differs; if that is meant: npm run golden -- --update`);
    process.exitCode = 1;
  } else {
    console.log(`tests/golden/${stack}.json: the same`);
  }
}

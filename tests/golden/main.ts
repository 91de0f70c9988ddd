/** `npm run golden` compares each graph with the recorded one; `-- --update` records it again. */
import { goldenText, GRAPHS, readGolden, writeGolden } from "./graph.ts";

const update = process.argv.includes("--update");

for (const name of GRAPHS) {
  const text = await goldenText(name);
  if (update) {
    writeGolden(name, text);
    console.log(`tests/golden/${name}.txt: recorded`);
  } else if (text !== readGolden(name)) {
    console.error(`tests/golden/${name}.txt: differs; if that is meant: npm run golden -- --update`);
    process.exitCode = 1;
  } else {
    console.log(`tests/golden/${name}.txt: the same`);
  }
}

/** `npm run docs`: writes schema.json and docs/configuration.md from the zod schemas. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "./reference.ts";

const project = join(import.meta.dirname, "../..");
mkdirSync(join(project, "docs"), { recursive: true });
for (const { path, content } of generatedFiles()) {
  writeFileSync(join(project, path), content);
  console.log(`${path}: written`);
}

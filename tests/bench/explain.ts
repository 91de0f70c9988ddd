/** `npm run bench:explain`: one request explained in catalogs of 5 to 500 services; milliseconds without and with the load. */
import { cpus } from "node:os";
import { catalog as catalogSchema } from "../../mesh/stack/catalog.ts";
import { stackConfig } from "../../mesh/stack/config.ts";
import { explain } from "../../analysis/explain/explain.ts";
import { parseRequest } from "../../analysis/explain/request.ts";
import { worldOf } from "../../cli/stack/stack-world.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { median } from "./measure.ts";

const SIZES = [5, 50, 500] as const;
const RUNS = 50;
/** Milliseconds that an answer may take in the largest catalog, once its objects are there. */
const BUDGET_MS = 100;

/** Each service has two versions and a route, and calls the next three. */
function chain(size: number): StackData {
  const name = (index: number): string => `service-${index % size}`;
  const services = Object.fromEntries(
    Array.from({ length: size }, (_, index) => [
      name(index),
      {
        versions: { v1: {}, v2: {} },
        canary: { version: "v2", phase: 2 },
        routes: [{ prefix: `/${name(index)}` }],
        calls: [1, 2, 3].map((step) => ({ to: name(index + step), methods: ["GET"], paths: ["/*"] })),
      },
    ]),
  );
  return {
    config: stackConfig.parse({ platform: { kind: "kubeconfig" } }),
    catalog: catalogSchema.parse({ name: "chain", namespace: "chain", hosts: ["chain.example.com"], services }),
  };
}

function milliseconds(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

console.log(`${RUNS} runs each, ${cpus().length} processors, ${new Date().toISOString().slice(0, 10)}`);
console.log("services   objects and world   from outside   in the mesh   (median of each, milliseconds)");
let isWithin = true;
for (const size of SIZES) {
  const stack = chain(size);
  const load = median(Array.from({ length: 5 }, () => milliseconds(() => void worldOf(stack))));
  const world = worldOf(stack);
  const requests = [
    parseRequest(`GET https://chain.example.com/service-${size - 1}/x`),
    parseRequest(`GET http://service-${size - 1}:8080/x`, [], `service-${size - 2}`),
  ];
  const times = requests.map((request) => {
    const { answers } = explain(world, request, 0);
    if (answers.length === 0) {
      throw new Error(`nobody answers ${request.path} among ${size} services`);
    }
    return median(Array.from({ length: RUNS }, () => milliseconds(() => void explain(world, request, 0))));
  });
  isWithin &&= times.every((time) => time <= BUDGET_MS);
  console.log([size, load, ...times].map((value) => value.toFixed(value === size ? 0 : 1).padStart(12)).join("  "));
}
console.log(`budget: ${BUDGET_MS} ms an answer; ${isWithin ? "kept" : "missed"}`);
process.exitCode = isWithin ? 0 : 1;

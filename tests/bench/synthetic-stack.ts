import { catalog as catalogSchema } from "../../mesh/stack/catalog.ts";
import { stackConfig } from "../../mesh/stack/config.ts";
import type { StackData } from "../../mesh/stack/stack.ts";

/** Calls of each service: to those after it, so that the graph has as many arrows as a real one. */
const CALLS = 3;

/** A stack of so many services, each with two versions, a canary, a rule, retries, a pool, a route and three calls. */
export function syntheticStack(services: number): StackData {
  const nameOf = (index: number): string => `service-${index}`;
  const entries = Array.from({ length: services }, (_, index) => {
    const callees = Array.from({ length: CALLS }, (_, step) => index + step + 1).filter((callee) => callee < services);
    return [
      nameOf(index),
      {
        versions: { v1: {}, v2: {} },
        canary: { version: "v2", phase: 1 },
        rules: [{ match: { headers: { "x-canary": "true" } }, version: "v2" }],
        timeout: "10s",
        retries: { attempts: 3, perTryTimeout: "2s" },
        connectionPool: { tcp: { maxConnections: 100 } },
        outlierDetection: { consecutive5xxErrors: 5 },
        routes: [{ prefix: `/${nameOf(index)}` }],
        calls: callees.map((callee) => ({ to: nameOf(callee), methods: ["GET"], paths: [`/${nameOf(callee)}/*`] })),
      },
    ] as const;
  });
  return {
    config: stackConfig.parse({ platform: { kind: "kubeconfig" } }),
    catalog: catalogSchema.parse({
      name: "synthetic",
      namespace: "synthetic",
      hosts: ["synthetic.example.com"],
      services: Object.fromEntries(entries),
    }),
  };
}

import { catalog as catalogSchema } from "../../mesh/stack/catalog.ts";
import { stackConfig } from "../../mesh/stack/config.ts";
import { applicationObjects } from "../../mesh/application.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { median } from "./measure.ts";

const SIZES = [5, 50, 500] as const;

/** Calls of each service. */
const CALLS = 3;

/** A ring of so many services, each of which calls the next few. */
function ring(size: number): StackData {
  const nameOf = (index: number): string => `service-${index % size}`;
  const services = Array.from({ length: size }, (_, index) => {
    const calls = Array.from({ length: CALLS }, (_, step) => nameOf(index + step + 1));
    return [nameOf(index), { calls: calls.map((to) => ({ to, methods: ["GET"], paths: ["/*"] })) }] as const;
  });
  return {
    config: stackConfig.parse({ platform: { kind: "kubeconfig" } }),
    catalog: catalogSchema.parse({
      name: "ring",
      namespace: "ring",
      hosts: ["ring.example.com"],
      services: Object.fromEntries(services),
    }),
  };
}

/** Hosts that istiod tells a proxy about, read from the objects: without a Sidecar every Service of the mesh. */
export function hostLines(): string[] {
  return [
    "hosts that a proxy is told about   without a Sidecar   with it (median, most)",
    ...SIZES.map((size) => {
      const objects = applicationObjects(ring(size));
      const services = objects.filter(({ kind }) => kind === "Service").length;
      const scopes = objects.flatMap((object) =>
        object.kind === "Sidecar" ? [(object.spec.egress ?? []).flatMap(({ hosts }) => hosts).length] : [],
      );
      const figures = `${median(scopes)}, ${Math.max(...scopes)}`;
      return `${`${size} services of ${CALLS} calls`.padEnd(34)} ${String(services).padStart(17)}   ${figures.padStart(23)}`;
    }),
  ];
}

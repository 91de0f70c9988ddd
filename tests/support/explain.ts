import { parseAllDocuments } from "yaml";
import type { AnyObject } from "../../analysis/objects/object.ts";
import { explain } from "../../analysis/explain/explain.ts";
import { parseRequest } from "../../analysis/explain/request.ts";
import type { Explanation } from "../../analysis/explain/types.ts";
import { buildWorld } from "../../analysis/explain/build-world.ts";
import type { World, WorldSettings } from "../../analysis/explain/world.ts";

/** Namespace of the objects in these tests. */
export const NAMESPACE = "shop";

const SETTINGS: WorldSettings = {
  gateways: [
    { labels: { istio: "ingressgateway" }, namespace: "istio-ingress", serviceAccount: "istio-ingressgateway" },
    { labels: { istio: "egressgateway" }, namespace: "istio-egress", serviceAccount: "istio-egressgateway" },
  ],
  trustDomain: "cluster.local",
  rootNamespace: "istio-system",
  outboundTraffic: "REGISTRY_ONLY",
};

/** A world of objects written as YAML, as the seed documents write them, and of services with their versions. */
export function worldFrom(
  services: Readonly<Record<string, readonly string[]>>,
  yaml: string,
  settings: Partial<WorldSettings> = {},
): World {
  const written = parseAllDocuments(yaml).flatMap((document) => {
    const object = document.toJS() as AnyObject | null;
    return object === null
      ? []
      : [{ ...object, metadata: { namespace: NAMESPACE, ...object.metadata } } satisfies AnyObject];
  });
  const running = Object.entries(services).flatMap(([name, versions]) => [
    service(name),
    ...versions.map((version) => deployment(name, version)),
  ]);
  return buildWorld([...running, ...written], { ...SETTINGS, ...settings });
}

/** Explains a request as the command line writes it. */
export function ask(world: World, text: string, headers: readonly string[] = [], from?: string): Explanation {
  return explain(world, parseRequest(text, headers, from), 1_800_000_000);
}

/** `v1 0.8, v2 0.2`. */
export function split({ answers }: Explanation): string {
  return answers.map(({ version, probability }) => `${version ?? "none"} ${probability}`).join(", ");
}

/** A gateway that takes every host over HTTP and HTTPS. */
export const OPEN_GATEWAY = `
kind: Gateway
metadata: { name: shop-gateway }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 80, name: http, protocol: HTTP }
      hosts: ["*"]
---
`;

function service(name: string): AnyObject {
  const spec = { selector: { app: name }, ports: [{ name: "http", port: 8080, targetPort: "http" }] };
  return Object.assign({ kind: "Service", metadata: { name, namespace: NAMESPACE } }, { spec });
}

function deployment(name: string, version: string): AnyObject {
  const spec = {
    replicas: 2,
    template: {
      metadata: { labels: { app: name, version } },
      spec: {
        serviceAccountName: name,
        containers: [{ name, ports: [{ name: "http", containerPort: 8080 }] }],
      },
    },
  };
  return Object.assign(
    { kind: "Deployment", metadata: { name: `${name}-${version}`, namespace: NAMESPACE } },
    { spec },
  );
}

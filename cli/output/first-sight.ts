import type { Stack } from "../../mesh/load/load.ts";
import { edgesOf, type Caller } from "../../mesh/stack/call-graph.ts";
import { nodeDaemons } from "../../mesh/capacity/cluster-pods.ts";
import { podDemand } from "../../mesh/capacity/demand.ts";
import { describeResources } from "../../mesh/capacity/report.ts";
import { totalOf } from "../../mesh/kubernetes/pod-requests.ts";
import { nodePools } from "../../mesh/stack/node-pools.ts";
import type { Cost } from "../../mesh/cost/cost.ts";
import { styleFor } from "./style.ts";

const LABEL_WIDTH = 12;

/**
 * What a stack is going to be, from its files alone: for whoever waits while the sandbox's programs are built. That its
 * pods fit was checked when it was read.
 * @param cost undefined: there are no list prices for the stack's region
 */
export function firstSightLines(stack: Stack, cost: Cost | undefined, stream: { readonly isTTY?: boolean }): string[] {
  const color = styleFor(stream);
  const { catalog, config } = stack;
  const services = Object.entries(catalog.services).map(([name, { versions }]) => {
    const names = Object.keys(versions);
    return names.length > 1 ? `${name} (${names.join(", ")})` : name;
  });
  return [
    color.bold(`${stack.name}: what is about to be made, while the programs for it are built once for this machine`),
    "",
    ...labelled("services", [`${services.length} of ${catalog.name}: ${services.join(", ")}`]),
    ...labelled("calls", callLines(stack)),
    ...labelled("mesh", [
      `Istio ${config.mesh.version}, ${config.mesh.mode === "ambient" ? "ambient" : "a sidecar in each pod"}, security profile ${config.security.profile}`,
    ]),
    ...labelled("pods", [podsLine(stack)]),
    ...labelled("nodes", [nodesLine(stack)]),
    ...(cost === undefined ? [] : labelled("cost", [costLine(stack.name, cost)])),
    "",
  ];
}

function callLines({ catalog }: Stack): string[] {
  const called = new Map<string, Set<string>>();
  for (const { from, to } of edgesOf(catalog)) {
    const caller = callerWords(from);
    called.set(caller, (called.get(caller) ?? new Set()).add(to));
  }
  for (const [service, { externalCalls }] of Object.entries(catalog.services)) {
    for (const name of externalCalls) {
      const host = catalog.externalServices[name]?.host ?? name;
      called.set(service, (called.get(service) ?? new Set()).add(`${host} (outside of the mesh)`));
    }
  }
  const gatewaysFirst = (one: string, other: string) =>
    Number(other.includes("gateway")) - Number(one.includes("gateway"));
  return [...called.keys()]
    .sort(gatewaysFirst)
    .map((caller) => `${caller} -> ${[...(called.get(caller) ?? [])].join(", ")}`);
}

function callerWords(caller: Caller): string {
  switch (caller.kind) {
    case "service":
      return caller.service;
    case "external":
      return `${caller.name} (of another namespace)`;
    default:
      return `${caller.kind} gateway`;
  }
}

function podsLine(stack: Stack): string {
  const { system, workload } = podDemand(stack);
  const [mesh, application] = [totalOf(system), totalOf(workload)];
  const all = totalOf([...system, ...workload]);
  return `at most ${all.pods} (${application.pods} of the application, ${mesh.pods} beside it) with ${describeResources(all)} reserved, and ${nodeDaemons(stack).length} on each node`;
}

function nodesLine({ config }: Stack): string {
  const { platform } = config;
  const fits = "every pod fits, also with all autoscalers at their top and one zone lost";
  if (platform.kind === "kubeconfig") {
    const { count, zones, cpu, memory } = platform.nodes;
    return `${count} with ${cpu} CPU and ${memory} in ${zones} ${zones === 1 ? "zone" : "zones"}: ${zones > 1 ? fits : "every pod fits"}`;
  }
  const pools = nodePools(config).map(({ name, pool }) => `${pool.desired} x ${pool.instanceTypes[0] ?? ""} (${name})`);
  const more = config.cluster.karpenter.enabled ? ", and those that Karpenter adds" : "";
  return `${pools.join(", ")}${more} in ${platform.zones.length} zones of ${platform.region}: ${fits}`;
}

function costLine(stack: string, { region, total, currency }: Cost): string {
  return region === undefined
    ? "none: the cluster is one that exists"
    : `about ${Math.round(total)} ${currency} a month in ${region} (mesh cost ${stack}); nothing here`;
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : "").padEnd(LABEL_WIDTH)} ${line}`);
}

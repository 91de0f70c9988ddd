import type { NamespaceReport, StackStatus, UpResult } from "../../sandbox/driver/index.ts";
import { countsLine, diffLines } from "./diff.ts";
import { styleFor } from "./style.ts";

/** More changed resources than this are counted and not listed. */
const LISTED_CHANGES = 20;

/** What a person reads after `up`: what changed, what runs, what does not, and what to do next. */
export function upSummary(
  stack: string,
  result: UpResult,
  durationMs: number,
  stream: { readonly isTTY?: boolean },
): string[] {
  const color = styleFor(stream);
  const { cluster } = result;
  const application = cluster.namespaces.find(({ name }) => name === result.namespace);
  return [
    ...(result.changed.length <= LISTED_CHANGES ? diffLines(result.changed, stream) : []),
    color.bold(`${stack} is up (${(durationMs / 1000).toFixed(1)} s): ${countsLine(result.counts, "past")}`),
    "",
    `nodes        ${zonesLine(cluster.nodesByZone)}`,
    ...cluster.namespaces.map(
      (namespace, index) => `${index === 0 ? "namespaces" : "          "}   ${namespaceLine(namespace)}`,
    ),
    ...(application === undefined
      ? []
      : [
          `application  ${application.deploymentsAvailable} of ${application.deployments} Deployments of ${application.name} are Available, ${application.podsScheduled} of ${application.pods} pods have a node`,
        ]),
    ...entryLines(result),
    "",
    `ran for real     the Pulumi engine and its Kubernetes provider ${result.kubernetesProvider}; etcd, API server, controller manager and scheduler`,
    "stood in for     containers: pods are placed and marked ready by kwok, no image runs",
    ...result.cloud.map((service) => `                 ${service}`),
    ...meshLines(result),
    ...representedLines(result.represented),
    ...(result.unissued.length === 0
      ? []
      : [`                 no certificate is issued, as cert-manager does not run: ${result.unissued.join(", ")}`]),
    "",
    `kubeconfig   ${result.kubeconfig}`,
    `next         export KUBECONFIG=${result.kubeconfig}   # then kubectl get pods -A`,
    `             npm run mesh -- preview ${stack}   after a change of Pulumi.${stack}.yaml`,
    `             npm run mesh -- down ${stack}      stops it; up continues`,
  ];
}

/** What istiod would do to pods. */
function meshLines({ mode, represented }: Pick<UpResult, "mode" | "represented">): string[] {
  if (mode === "ambient") {
    return [
      "                 nothing for the waypoint's pods, which istiod would start (the check of capacity counts them)",
    ];
  }
  return represented.some(({ chart }) => chart === "istiod")
    ? [
        "                 istiod's sidecar injector (an admission policy adds the sidecars, so that the scheduler counts them)",
      ]
    : [];
}

/** Where requests would enter: the host names, and what they must point to. */
function entryLines({ hosts, loadBalancerHostName }: UpResult): string[] {
  return loadBalancerHostName === undefined
    ? []
    : [`entry        ${hosts.join(", ")} -> ${loadBalancerHostName} (stood in for: nothing listens there)`];
}

/** What a person reads of one stack. */
export function statusLines(status: StackStatus): string[] {
  const processes = Object.entries(status.processes).map(([name, pid]) => `${name} ${pid}`);
  const total = status.resources.reduce((sum, { count }) => sum + count, 0);
  return [
    `${status.stack}: ${headline(status)}`,
    ...(status.busy === undefined ? [] : [`  busy         mesh ${status.busy.command}, process ${status.busy.pid}`]),
    ...(processes.length === 0 ? [] : [`  processes    ${processes.join(", ")}`]),
    ...(status.kubeconfig === undefined ? [] : [`  kubeconfig   ${status.kubeconfig}`]),
    `  resources    ${total === 0 ? "none" : `${total}, by type:`}`,
    ...status.resources.map(
      ({ type, count, notReady }) =>
        `    ${String(count).padStart(4)}  ${type}${notReady > 0 ? `   (${notReady} not ready)` : ""}`,
    ),
    ...(status.unfinished === 0
      ? []
      : [`  unfinished   ${status.unfinished} operations of a run that was killed; the next command does them again`]),
    ...clusterLines(status),
    ...(status.represented.length === 0 ? [] : [`  represented and not run: ${status.represented.join(", ")}`]),
  ];
}

function headline({ server, processes }: StackStatus): string {
  if (server !== undefined) {
    return `runs at ${server}`;
  }
  return Object.keys(processes).length === 0
    ? "nothing runs"
    : "its control plane is not whole; up and destroy start it again, down stops what is left";
}

function clusterLines({ cluster }: StackStatus): string[] {
  if (cluster === undefined) {
    return [];
  }
  return [
    `  nodes        ${zonesLine(cluster.nodesByZone)}`,
    ...cluster.namespaces.map((namespace) => `  namespace    ${namespaceLine(namespace)}`),
    ...cluster.faults.map((fault) => `  fault        ${fault}`),
  ];
}

/** Grouped by reason: usually one repository out of reach takes several releases with it. */
function representedLines(represented: UpResult["represented"]): string[] {
  if (represented.length === 0) {
    return ["charts           all were rendered and applied by helm"];
  }
  const reasons = [...new Set(represented.map(({ reason }) => reason))].sort();
  return [
    `not run          ${represented.length} Helm releases: pods with their replicas, requests and placement stand for them`,
    ...reasons.map((reason) => {
      const names = represented.filter((release) => release.reason === reason).map(({ name }) => name);
      return `                 ${names.join(", ")}: ${reason}`;
    }),
  ];
}

function zonesLine(zones: Readonly<Record<string, number>>): string {
  const entries = Object.entries(zones);
  return entries.length === 0 ? "none" : entries.map(([zone, count]) => `${count} in ${zone}`).join(", ");
}

function namespaceLine({ name, deployments, deploymentsAvailable, pods, podsReady }: NamespaceReport): string {
  return `${name}: ${deploymentsAvailable}/${deployments} Deployments Available, ${podsReady}/${pods} pods ready`;
}

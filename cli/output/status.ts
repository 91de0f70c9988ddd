import type { RestartReport, StackStatus } from "../../sandbox/driver/commands/index.ts";
import { namespaceLine, zonesLine } from "./cluster-lines.ts";

/** Restarted containers that are listed; the rest are counted. */
const LISTED_RESTARTS = 10;

/** What a person reads of one stack. */
export function statusLines(status: StackStatus): string[] {
  const processes = Object.entries(status.processes).map(([name, pid]) => `${name} ${pid}`);
  const total = status.resources.reduce((sum, { count }) => sum + count, 0);
  return [
    `${status.stack}: ${headline(status)}`,
    ...(status.busy === undefined ? [] : [`  busy         mesh ${status.busy.command}, process ${status.busy.pid}`]),
    ...(processes.length === 0 ? [] : [`  processes    ${processes.join(", ")}`]),
    ...(status.kubeconfig === undefined ? [] : [`  kubeconfig   ${status.kubeconfig}`]),
    ...podLines(status),
    `  resources    ${total === 0 ? "none" : `${total}, by type:`}`,
    ...status.resources.map(
      ({ type, count, notReady }) =>
        `    ${String(count).padStart(4)}  ${type}${notReady > 0 ? `   (${notReady} not ready)` : ""}`,
    ),
    ...(status.unfinished === 0
      ? []
      : [`  unfinished   ${status.unfinished} operations of a run that was killed; the next command does them again`]),
    ...clusterLines(status),
    ...(status.represented.length === 0 ? [] : [`  placeholders ${status.represented.join(", ")}`]),
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

/** What runs the pods, and where they are reached. */
function podLines({ podRuntime, forwards }: StackStatus): string[] {
  if (podRuntime?.kind === "kwok") {
    return [`  pods         none runs: ${podRuntime.reason}; pods are placed and marked ready`];
  }
  const url = forwards.find((forward) => forward.url !== undefined)?.url;
  return [
    ...(url === undefined ? [] : [`  open         ${url}`]),
    ...forwards.map(({ namespace, service, port, local }, index) => {
      const label = index === 0 ? "  forwards     " : "               ";
      return `${label}127.0.0.1:${local} -> ${namespace}/${service}:${port}`;
    }),
  ];
}

function clusterLines({ cluster }: StackStatus): string[] {
  if (cluster === undefined) {
    return [];
  }
  const { restarts } = cluster;
  return [
    `  nodes        ${zonesLine(cluster.nodesByZone)}`,
    ...cluster.namespaces.map((namespace) => `  namespace    ${namespaceLine(namespace)}`),
    ...restartLines(restarts).map((line) => `  ${line}`),
    ...cluster.faults.map((fault) => `  fault        ${fault}`),
  ];
}

/** Containers that ended by themselves, the first of them; for a summary, too. */
export function restartLines(restarts: readonly RestartReport[]): string[] {
  return [
    ...restarts.slice(0, LISTED_RESTARTS).map((restart) => `restarted    ${restartLine(restart)}`),
    ...(restarts.length > LISTED_RESTARTS ? [`             and ${restarts.length - LISTED_RESTARTS} more`] : []),
  ];
}

/** `ecommerce/cart-v1-x, container cart: 3 times, does not run now (CrashLoopBackOff); ended last with exit code 1 (Error)`. */
function restartLine({ pod, container, restarts, waiting, last }: RestartReport): string {
  return [
    `${pod}, container ${container}: ${restarts} ${restarts === 1 ? "time" : "times"}`,
    ...(waiting === undefined ? [] : [`, does not run now (${waiting})`]),
    ...(last === undefined ? [] : [`; ended last with ${last}`]),
  ].join("");
}

import type { UpResult } from "../../sandbox/driver/commands/index.ts";
import { chartLines } from "./charts.ts";
import { namespaceLine, zonesLine } from "./cluster-lines.ts";
import { countsLine, diffLines } from "./diff.ts";
import { entryLines } from "./entry.ts";
import { realityLines } from "./reality.ts";
import { restartLines } from "./status.ts";
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
    ...restartLines(cluster.restarts).map(color.yellow),
    ...entryLines(stack, result),
    "",
    ...realityLines(result),
    ...chartLines(result),
    "",
    `kubeconfig   ${result.kubeconfig}`,
    `next         export KUBECONFIG=${result.kubeconfig}   # then kubectl get pods -A`,
    `             npm run mesh -- preview ${stack}   after a change of Pulumi.${stack}.yaml`,
    `             npm run mesh -- down ${stack}      stops it; up continues`,
  ];
}

import { NAMESPACES, RATE_LIMIT_NAMESPACE, RELEASES } from "../../../mesh/kubernetes/names.ts";
import type { KubernetesObject } from "../../../mesh/kubernetes/objects.ts";
import { installsRateLimitService } from "../../../mesh/features/rate-limits/limits.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { ofKind, reading } from "./check.ts";

const COLLECTOR = "observability/opentelemetry-collector.observability.svc.cluster.local";

/** The proxy of every service knows the hosts that the service calls, and those alone. */
export const scope = reading(["Sidecar"], (stack, objects) => {
  const { namespace, services } = stack.catalog;
  const names = Object.keys(services);
  const wrong = names.find((name) => {
    const own = ofKind(objects, "Sidecar")
      .filter(({ metadata }) => metadata.namespace === namespace)
      .filter(({ spec }) => (spec.workloadSelector?.labels?.["app"] ?? name) === name);
    const known = own.flatMap(({ spec }) => (spec.egress ?? []).flatMap(({ hosts }) => hosts));
    // Without a host of its own a proxy would be told of all.
    return own.length !== 1 || known.toSorted().join() !== expected(stack, name).toSorted().join();
  });
  return (wrong && `the proxy of ${wrong} knows other hosts than it calls`) ?? wrongLimits(stack, objects);
});

/** The proxies that count know each other. */
function wrongLimits(stack: StackData, objects: readonly KubernetesObject[]): string | undefined {
  const own = ofKind(objects, "Sidecar").filter(({ metadata }) => metadata.namespace === RATE_LIMIT_NAMESPACE);
  const known = own.flatMap(({ spec }) => (spec.egress ?? []).flatMap(({ hosts }) => hosts));
  const isRight =
    own.length === 1 && own[0]?.spec.workloadSelector === undefined && known.join() === ["./*", COLLECTOR].join();
  return installsRateLimitService(stack) && !isRight ? "the proxies that count know other hosts" : undefined;
}

function expected({ catalog, config }: StackData, name: string): string[] {
  const { calls = [], externalCalls = [] } = catalog.services[name] ?? {};
  const called = externalCalls.flatMap((one) => catalog.externalServices[one] ?? []);
  const { services = [], host = "" } = config.security.externalAuthorization ?? {};
  return [
    ...new Set([
      ...calls.map(({ to }) => `./${to}.${catalog.namespace}.svc.cluster.local`),
      ...called.map((external) => `./${external.host}`),
      ...(called.some(({ egressGateway }) => egressGateway)
        ? [`${NAMESPACES.egress}/${RELEASES.egressGateway}.${NAMESPACES.egress}.svc.cluster.local`]
        : []),
      ...(services.includes(name) ? [`${host.split(".")[1] ?? ""}/${host}`] : []),
      COLLECTOR,
    ]),
  ];
}

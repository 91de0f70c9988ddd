import { NAMESPACES, RATE_LIMIT_NAMESPACE } from "../../../mesh/kubernetes/names.ts";
import { installsRateLimitService } from "../../../mesh/features/rate-limits/limits.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import type { Party } from "./network-parties.ts";

/** A port and what is spoken there. */
export interface Door {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** Whether the network must let somebody out to somebody: only pods of the application and of the rate limit service are held. */
export function mayLeave(stack: StackData, from: Party, to: Party, { port, protocol }: Door): boolean {
  const { catalog, config } = stack;
  if (from.namespace === RATE_LIMIT_NAMESPACE && installsRateLimitService(stack)) {
    return (asksSigner(config, to, port) && protocol === "TCP") || leavesLimits(from, to, { port, protocol });
  }
  if (from.namespace !== catalog.namespace) {
    return true;
  }
  if (protocol === "UDP") {
    return port === 53 ? to.name === "kube-system/dns" : leavesAnywhere(config, from, to);
  }
  const own = catalog.services[from.service ?? ""];
  const externals = (own?.externalCalls ?? []).flatMap((name) => catalog.externalServices[name] ?? []);
  const { services = [], host = "", port: authorizer } = config.security.externalAuthorization ?? {};
  return (
    (port === 53 && to.name === "kube-system/dns") ||
    (port === 15012 && to.name === "istio-system/istiod") ||
    asksSigner(config, to, port) ||
    (port === 4317 && to.namespace === NAMESPACES.observability) ||
    (own?.calls ?? []).some((call) => call.to === to.service && catalog.services[call.to]?.port === port) ||
    (port === 8443 && to.name === `${NAMESPACES.egress}/gateway` && externals.some((one) => one.egressGateway)) ||
    (to.namespace === "" &&
      to.name !== "169.254.169.254" &&
      externals.some((one) => !one.egressGateway && one.port === port)) ||
    (services.includes(from.service ?? "") && to.namespace === host.split(".")[1] && port === authorizer) ||
    leavesAnywhere(config, from, to)
  );
}

/** Names, istiod and the collector for every proxy; and Redis for those that count. */
/** Proxies get their certificates from istio-csr where there is one. */
function asksSigner({ mesh }: StackData["config"], to: Party, port: number): boolean {
  return port === 6443 && to.name === `${NAMESPACES.certManager}/istio-csr` && mesh.istioCsr.enabled;
}

function leavesLimits(from: Party, to: Party, { port, protocol }: Door): boolean {
  return (
    (port === 53 && to.name === "kube-system/dns") ||
    (protocol === "TCP" &&
      ((port === 15012 && to.name === "istio-system/istiod") ||
        (port === 4317 && to.namespace === NAMESPACES.observability) ||
        asksRedis(from, to, port)))
  );
}

function asksRedis(from: Party, to: Party, port: number): boolean {
  return (
    to.name === `${RATE_LIMIT_NAMESPACE}/redis` &&
    [6379, 26379].includes(port) &&
    ["ratelimit", "redis"].some((name) => from.name === `${RATE_LIMIT_NAMESPACE}/${name}`)
  );
}

function entersLimits(from: Party, to: Party, port: number): boolean {
  return (
    ([15020, 15090].includes(port) && from.namespace === NAMESPACES.observability) ||
    (port === 8081 &&
      to.name === `${RATE_LIMIT_NAMESPACE}/ratelimit` &&
      from.name === `${NAMESPACES.ingress}/gateway`) ||
    asksRedis(from, to, port)
  );
}

function leavesAnywhere(config: StackData["config"], from: Party, to: Party): boolean {
  return (
    config.mesh.outboundTraffic === "ALLOW_ANY" &&
    from.service !== undefined &&
    to.namespace === "" &&
    !/^(10|192\.168|172\.20|100\.64|169\.254)\./.test(to.name)
  );
}

/** Whether the network must let somebody in to somebody. */
export function mayEnter(stack: StackData, from: Party, to: Party, door: Door): boolean {
  switch (to.namespace) {
    case stack.catalog.namespace:
      return door.protocol === "TCP" && entersApplication(stack, from, to, door.port);
    case NAMESPACES.observability:
      return entersAddon(stack, from, to, door);
    case RATE_LIMIT_NAMESPACE:
      return !installsRateLimitService(stack) || (door.protocol === "TCP" && entersLimits(from, to, door.port));
    case NAMESPACES.certManager:
      return entersIssuer(stack, from, to, door);
    case NAMESPACES.istioSystem:
    case NAMESPACES.ingress:
    case NAMESPACES.egress:
      return to.name.endsWith("/other") || (door.protocol === "TCP" && entersPlatform(stack, from, to, door.port));
    default:
      return true;
  }
}

function entersApplication({ catalog, config }: StackData, from: Party, to: Party, port: number): boolean {
  if ([15020, 15090].includes(port)) {
    return from.namespace === NAMESPACES.observability;
  }
  const callee = catalog.services[to.service ?? ""];
  if (callee === undefined) {
    return false;
  }
  const migrates = config.security.migration
    .filter(({ service }) => service === to.service)
    .some(({ plainTextFrom }) => from.network !== undefined && plainTextFrom.includes(from.network));
  const invited = Object.values(callee.access)
    .filter((access) => (access.port ?? callee.port) === port)
    .some(({ from: { principals = [], namespaces = [], addresses = [] } }) =>
      from.network === undefined
        ? namespaces.includes(from.namespace) || principals.some((who) => who.includes(`/ns/${from.namespace}/`))
        : addresses.includes(from.network),
    );
  return (
    (port === callee.port && from.name === `${NAMESPACES.ingress}/gateway`) ||
    (port === callee.port &&
      (catalog.services[from.service ?? ""]?.calls ?? []).some((call) => call.to === to.service)) ||
    (migrates && [callee.port, ...Object.values(callee.extraPorts)].includes(port)) ||
    invited
  );
}

function entersPlatform({ catalog }: StackData, from: Party, to: Party, port: number): boolean {
  const observed = from.namespace === NAMESPACES.observability;
  if (to.namespace === NAMESPACES.istioSystem) {
    return [15012, 15017].includes(port) || (observed && [15014, 8080].includes(port));
  }
  const serves = to.namespace === NAMESPACES.ingress ? [8080, 8443, 15021] : [8443, 15021];
  const isCaller = to.namespace === NAMESPACES.ingress || from.namespace === catalog.namespace;
  return (isCaller && serves.includes(port)) || (observed && [15020, 15090].includes(port));
}

/** Pods that issue certificates: the ports at which everybody, every pod, and the addons' pods may ask them. */
const ISSUERS: Readonly<Record<string, { readonly all?: number; readonly pods?: number; readonly metrics: number }>> = {
  controller: { metrics: 9402 },
  cainjector: { metrics: 9402 },
  webhook: { all: 10250, metrics: 9402 },
  "private-ca": { metrics: 8080 },
  "istio-csr": { pods: 6443, metrics: 9402 },
};

function entersIssuer({ config }: StackData, from: Party, to: Party, { port, protocol }: Door): boolean {
  const name = to.name.split("/")[1] ?? "";
  const issuer = ISSUERS[name];
  const { mode } = config.traffic.tls;
  const { enabled, issuer: signer } = config.mesh.istioCsr;
  const isThere =
    name === "istio-csr"
      ? enabled
      : name === "private-ca"
        ? (mode === "certManager" && config.certificates.issuer === "privateCa") || (enabled && signer === "privateCa")
        : mode === "certManager" || enabled;
  if (issuer === undefined || !isThere) {
    return true;
  }
  return (
    protocol === "TCP" &&
    (port === issuer.all ||
      (port === issuer.pods && from.namespace !== "") ||
      (port === issuer.metrics && from.namespace === NAMESPACES.observability))
  );
}

/** Who may ask which addon on which ports; `*`: every pod. */
const ADDONS: Readonly<Record<string, readonly (readonly [from: string, ...ports: number[]])[]>> = {
  prometheus: [
    ["grafana", 9090],
    ["kiali", 9090],
    ["prometheus", 9090, 8080],
  ],
  alertmanager: [
    ["prometheus", 9093, 8080],
    ["alertmanager", 9094],
  ],
  "kube-state-metrics": [["prometheus", 8080]],
  operator: [["prometheus", 8080]],
  jaeger: [
    ["collector", 4317, 4318],
    ["grafana", 16685, 16686],
    ["kiali", 16685, 16686],
    ["prometheus", 8888],
  ],
  collector: [
    ["*", 4317, 4318],
    ["prometheus", 8888],
  ],
  grafana: [
    ["prometheus", 3000],
    ["kiali", 3000],
  ],
  kiali: [["prometheus", 9090]],
};

/** Consoles that the ingress gateway shows, and their ports. */
const CONSOLES = { grafana: 3000, kiali: 20001 } as const;

function entersAddon({ config }: StackData, from: Party, to: Party, { port, protocol }: Door): boolean {
  const addon = to.name.split("/")[1] ?? "";
  const { hosts } = config.observability.access;
  const shown = (addon === "grafana" || addon === "kiali") && hosts[addon] !== undefined && CONSOLES[addon] === port;
  if (protocol === "UDP") {
    return addon === "alertmanager" && from.name === to.name && port === 9094;
  }
  return (
    (shown && from.namespace === NAMESPACES.ingress) ||
    (ADDONS[addon] ?? []).some(
      ([who, ...ports]) =>
        ports.includes(port) &&
        (who === "*" ? from.namespace !== "" : from.name === `${NAMESPACES.observability}/${who}`),
    )
  );
}

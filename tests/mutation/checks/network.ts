import { RATE_LIMIT_NAMESPACE } from "../../../mesh/kubernetes/names.ts";
import type { NetworkPolicyObject } from "../../../mesh/kubernetes/objects.ts";
import { installsRateLimitService } from "../../../mesh/features/rate-limits/limits.ts";
import { connects, type NetworkWorld } from "../../../analysis/authorization/network.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { type Check, numberedObjects, ofKind } from "./check.ts";
import { partiesOf, type Party } from "./network-parties.ts";
import { type Door, mayEnter, mayLeave } from "./network-rules.ts";

/**
 * Every ordered pair on the network, at ports that are served and at others: let out, and let in, exactly when the catalog and the
 * platform need it. Each end is looked at alone: what one opens too far the other may hide today.
 */
export const network: Check = (stack, objects) => {
  const policies = ofKind(objects, "NetworkPolicy");
  return openWithoutRules(stack, policies) ?? wrongEnd(stack, policies);
};

/** The pods of the application and of the rate limit service are closed also on the day when no policy opens anything. */
function openWithoutRules(stack: StackData, policies: readonly NetworkPolicyObject[]): string | undefined {
  const closed = policies.filter(({ spec }) => spec.ingress === undefined && spec.egress === undefined);
  const world: NetworkWorld = { policies: closed, namespaceLabels: new Map() };
  const outside = { address: "203.0.113.9" };
  const closedOnes = [stack.catalog.namespace, ...(installsRateLimitService(stack) ? [RATE_LIMIT_NAMESPACE] : [])];
  const open = closedOnes.find((namespace) => {
    const own = { pod: { namespace, labels: { app: "stranger" } } };
    return [connects(world, own, outside, 443), connects(world, outside, own, 8080)].some(({ allowed }) => allowed);
  });
  return open && `${open} is open where no policy opens it`;
}

/** What was found at one end under the same policies: a mutant changes those of few pods. */
const answers = new WeakMap<StackData, Map<string, string | undefined>>();
const nameOf = numberedObjects();

const ENDS = ["Egress", "Ingress"] as const;
type End = (typeof ENDS)[number];

function wrongEnd(stack: StackData, policies: readonly NetworkPolicyObject[]): string | undefined {
  const known = answers.get(stack) ?? new Map<string, string | undefined>();
  answers.set(stack, known);
  const parties = partiesOf(stack);
  for (const self of parties) {
    for (const end of ENDS) {
      const holding = policies.filter((policy) => holdsFor(policy, self, end));
      const key = `${self.name} ${end} ${nameOf(holding)}`;
      if (!known.has(key)) {
        known.set(key, wrongAt(stack, self, end, holding, parties));
      }
      const found = known.get(key);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

/** Whether a policy may hold for an end; what it says is for the evaluation. */
function holdsFor({ metadata, spec }: NetworkPolicyObject, { endpoint }: Party, end: End): boolean {
  return (
    "pod" in endpoint &&
    metadata.namespace === endpoint.pod.namespace &&
    (spec.policyTypes ?? ["Ingress"]).includes(end) &&
    Object.entries(spec.podSelector.matchLabels ?? {}).every(([name, value]) => endpoint.pod.labels[name] === value)
  );
}

function wrongAt(
  stack: StackData,
  self: Party,
  end: End,
  policies: readonly NetworkPolicyObject[],
  parties: readonly Party[],
): string | undefined {
  // The other end of a connection inside one namespace is not to be judged with it.
  const ofThisEnd = policies.map((policy) => ({ ...policy, spec: { ...policy.spec, policyTypes: [end] } }));
  const world: NetworkWorld = { policies: ofThisEnd, namespaceLabels: new Map() };
  const isNeeded = end === "Egress" ? mayLeave : mayEnter;
  for (const other of parties) {
    const [from, to] = end === "Egress" ? [self, other] : [other, self];
    for (const door of doorsOf(to)) {
      const { allowed } = connects(world, from.endpoint, to.endpoint, door.port, door.protocol);
      if (allowed !== isNeeded(stack, from, to, door)) {
        return `${from.name} -> ${to.name}: ${door.protocol} ${door.port} is ${allowed ? "open" : "closed"} (${end})`;
      }
    }
  }
  return undefined;
}

/** Ports of which UDP is a part. */
const UDP_PORTS = [53, 9094];

/** Each port by TCP; by UDP those that need it, and the first one. */
function doorsOf({ ports }: Party): Door[] {
  return [
    ...ports.map((port): Door => ({ port, protocol: "TCP" })),
    ...ports
      .filter((port, index) => index === 0 || UDP_PORTS.includes(port))
      .map((port): Door => ({ port, protocol: "UDP" })),
  ];
}

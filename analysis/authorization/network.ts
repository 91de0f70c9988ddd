import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from "kubernetes-types/networking/v1.d.ts";
import type { NetworkPolicyObject } from "../../mesh/kubernetes/objects.ts";
import { hasLabels, keyOf, type Labels } from "../objects/object.ts";
import { inBlock } from "../../mesh/kubernetes/cidr.ts";
import type { Workload } from "./request.ts";

/** One end of a connection: a pod, or an address outside of the cluster. */
export type Endpoint = { readonly pod: Workload } | { readonly address: string };

/** Whether a connection passes, and the policies that let it, or that hold for the end that refuses it. */
export interface NetworkDecision {
  readonly allowed: boolean;
  /** `namespace/name` of policies; empty where none holds for either end. */
  readonly by: readonly string[];
}

/** NetworkPolicies, and the labels of the namespaces that they select by. */
export interface NetworkWorld {
  readonly policies: readonly NetworkPolicyObject[];
  /** Labels by namespace; the one that Kubernetes sets itself need not be among them. */
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
}

/**
 * Whether Kubernetes lets a connection through: the caller's policies must let it out and the callee's let it in. An end that no
 * policy selects is open; several policies add up (kubernetes.io/docs/concepts/services-networking/network-policies).
 * @param port port of the pod, or of the address
 */
export function connects(
  world: NetworkWorld,
  from: Endpoint,
  to: Endpoint,
  port: number,
  protocol: "TCP" | "UDP" = "TCP",
): NetworkDecision {
  const out = side(world, from, to, { port, protocol }, "Egress");
  if (!out.allowed) {
    return out;
  }
  const into = side(world, to, from, { port, protocol }, "Ingress");
  return into.allowed ? { allowed: true, by: [...out.by, ...into.by] } : into;
}

interface Target {
  readonly port: number;
  readonly protocol: string;
}

function side(
  world: NetworkWorld,
  self: Endpoint,
  other: Endpoint,
  target: Target,
  direction: "Ingress" | "Egress",
): NetworkDecision {
  if (!("pod" in self)) {
    return { allowed: true, by: [] };
  }
  const holding = world.policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === self.pod.namespace &&
      (spec.policyTypes ?? ["Ingress"]).includes(direction) &&
      selectorMatches(spec.podSelector, self.pod.labels),
  );
  const opening = holding.filter(({ spec }) =>
    rulesOf(spec, direction).some(
      ({ peers, ports }) =>
        (peers.length === 0 || peers.some((peer) => peerMatches(world, peer, other, self.pod.namespace))) &&
        (ports.length === 0 || ports.some((entry) => portMatches(entry, target))),
    ),
  );
  const allowed = holding.length === 0 || opening.length > 0;
  return { allowed, by: (allowed ? opening : holding).map(keyOf) };
}

/** A rule without peers is for everybody, one without ports for every port. */
function rulesOf({ ingress = [], egress = [] }: NetworkPolicySpec, direction: "Ingress" | "Egress") {
  return direction === "Egress"
    ? egress.map(({ to: peers = [], ports = [] }) => ({ peers, ports }))
    : ingress.map(({ from: peers = [], ports = [] }) => ({ peers, ports }));
}

function peerMatches(world: NetworkWorld, peer: NetworkPolicyPeer, other: Endpoint, own: string): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    return "address" in other && inBlock(cidr, other.address) && !except.some((part) => inBlock(part, other.address));
  }
  if (!("pod" in other)) {
    return false;
  }
  const { namespace, labels } = other.pod;
  const namespaceLabels = { "kubernetes.io/metadata.name": namespace, ...world.namespaceLabels.get(namespace) };
  const inNamespace =
    peer.namespaceSelector === undefined ? namespace === own : selectorMatches(peer.namespaceSelector, namespaceLabels);
  return inNamespace && selectorMatches(peer.podSelector, labels);
}

type Selector = NonNullable<NetworkPolicyPeer["podSelector"]>;

/** Selectors of this program have labels only; others are an error, because nobody would see that they are passed over. */
function selectorMatches({ matchLabels, matchExpressions = [] }: Selector = {}, labels: Labels): boolean {
  if (matchExpressions.length > 0) {
    throw new RangeError("matchExpressions of a NetworkPolicy are not evaluated");
  }
  return hasLabels(labels, matchLabels);
}

function portMatches({ port, endPort, protocol = "TCP" }: NetworkPolicyPort, target: Target): boolean {
  const first = Number(port);
  const isIn = port === undefined || (first <= target.port && target.port <= (endPort ?? first));
  return protocol === target.protocol && isIn;
}

import type { NetworkPolicyPeer, NetworkPolicyPort } from "kubernetes-types/networking/v1.d.ts";
import type { NetworkPolicyObject } from "../../../mesh/kubernetes/objects.ts";
import { type Change, ELSEWHERE, moved, replaced, within } from "./change.ts";

interface Rule {
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
  readonly ports: readonly NetworkPolicyPort[] | undefined;
}

/** What a NetworkPolicy can come to by one slip. */
export function networkChanges(object: NetworkPolicyObject): Change<NetworkPolicyObject>[] {
  const { spec } = object;
  const withSpec = (change: Partial<typeof spec>) => ({ ...object, spec: { ...spec, ...change } });
  const { podSelector, policyTypes = [], ingress = [], egress = [] } = spec;
  const incoming = ingress.map(({ from, ports }): Rule => ({ peers: from, ports }));
  const outgoing = egress.map(({ to, ports }): Rule => ({ peers: to, ports }));
  const asIngress = (rules: readonly Rule[]) =>
    withSpec({ ingress: rules.map(({ peers, ports }) => fields("from", peers, ports)) });
  const asEgress = (rules: readonly Rule[]) =>
    withSpec({ egress: rules.map(({ peers, ports }) => fields("to", peers, ports)) });
  return [
    ...moved(object),
    ["for other pods", withSpec({ podSelector: { matchLabels: { app: ELSEWHERE } } })],
    ...(podSelector.matchLabels === undefined
      ? []
      : [["for every pod", withSpec({ podSelector: {} })] satisfies Change<NetworkPolicyObject>]),
    ...(policyTypes.length < 2 ? [] : policyTypes).map((type): Change<NetworkPolicyObject> => [
      `without ${type}`,
      withSpec({ policyTypes: policyTypes.filter((other) => other !== type) }),
    ]),
    ["lets everybody in", asIngress([...incoming, { peers: undefined, ports: undefined }])],
    ...(policyTypes.includes("Egress")
      ? [
          [
            "lets its pods out to everybody",
            asEgress([...outgoing, { peers: undefined, ports: undefined }]),
          ] satisfies Change<NetworkPolicyObject>,
        ]
      : []),
    ...within(incoming, "way in", ruleChanges).map(([what, rules]): Change<NetworkPolicyObject> => [
      what,
      asIngress(rules ?? []),
    ]),
    ...within(outgoing, "way out", ruleChanges).map(([what, rules]): Change<NetworkPolicyObject> => [
      what,
      asEgress(rules ?? []),
    ]),
  ];
}

function fields(key: "from" | "to", peers: Rule["peers"], ports: Rule["ports"]) {
  return {
    ...(peers === undefined ? {} : { [key]: [...peers] }),
    ...(ports === undefined ? {} : { ports: [...ports] }),
  };
}

/** A port that nobody serves. */
const OTHER_PORT = 22;

function ruleChanges(rule: Rule): Change<Rule>[] {
  const { peers = [], ports = [] } = rule;
  // An empty list means everybody, or every port: that is a change of its own.
  const removed = <T>(list: readonly T[]): Change<T>[] => (list.length < 2 ? [] : [["removed", undefined]]);
  return [
    ["removed", undefined],
    ...(rule.peers === undefined ? [] : [["everybody", { ...rule, peers: undefined }] satisfies Change<Rule>]),
    ...(rule.ports === undefined ? [] : [["every port", { ...rule, ports: undefined }] satisfies Change<Rule>]),
    ...within(peers, "peer", (peer) => [...removed(peers), ...peerChanges(peer)]).map(([what, list]): Change<Rule> => [
      what,
      { ...rule, peers: list },
    ]),
    ...ports.flatMap((entry, index): Change<Rule>[] => {
      const name = `port ${entry.port ?? "any"} ${entry.protocol ?? "TCP"}`;
      const other = (change: Partial<NetworkPolicyPort> | undefined): Rule => ({
        ...rule,
        ports: replaced(ports, index, change && { ...entry, ...change }),
      });
      return [
        ...removed(ports).map((): Change<Rule> => [`${name} removed`, other(undefined)]),
        [`${OTHER_PORT} in place of ${name}`, other({ port: OTHER_PORT })],
        [`another protocol at ${name}`, other({ protocol: entry.protocol === "UDP" ? "TCP" : "UDP" })],
      ];
    }),
  ];
}

function peerChanges({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): Change<NetworkPolicyPeer>[] {
  if (ipBlock !== undefined) {
    const { cidr, except = [] } = ipBlock;
    return [
      ["another network", { ipBlock: { ...ipBlock, cidr: "192.0.2.0/24" } }],
      ...(cidr === "0.0.0.0/0"
        ? []
        : [["the whole world", { ipBlock: { cidr: "0.0.0.0/0" } }] satisfies Change<NetworkPolicyPeer>]),
      ...except.map((part): Change<NetworkPolicyPeer> => [
        `also ${part}`,
        { ipBlock: { cidr, except: except.filter((other) => other !== part) } },
      ]),
    ];
  }
  const both = { ...(namespaceSelector && { namespaceSelector }), ...(podSelector && { podSelector }) };
  const isNarrow = (selector: typeof podSelector) => Object.keys(selector?.matchLabels ?? {}).length > 0;
  return [
    ...(isNarrow(podSelector)
      ? [["its other pods too", { ...both, podSelector: {} }] satisfies Change<NetworkPolicyPeer>]
      : []),
    ...(namespaceSelector === undefined || isNarrow(namespaceSelector)
      ? [["in every namespace", { ...both, namespaceSelector: {} }] satisfies Change<NetworkPolicyPeer>]
      : []),
    ["another's pods", { ...both, podSelector: { matchLabels: { app: ELSEWHERE } } }],
  ];
}

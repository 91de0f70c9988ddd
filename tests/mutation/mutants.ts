import type { AuthorizationPolicyObject, KubernetesObject, PeerAuthenticationObject } from "../../model/objects.ts";

/** A stack's objects with one change that a reviewer must not miss. */
export interface Mutant {
  /** Object and change. */
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
}

/** An object with a change; undefined: removed. */
type Change<T> = readonly [what: string, changed: T | undefined];

type Rule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];

/** Every mutant of the objects that decide who may call whom: one removal or one changed field each. */
export function mutantsOf(objects: readonly KubernetesObject[]): Mutant[] {
  return objects.flatMap((object, index) =>
    changesOf(object).map(([what, changed]) => ({
      name: `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}: ${what}`,
      objects: objects.flatMap((other, place) => (place !== index ? [other] : changed === undefined ? [] : [changed])),
    })),
  );
}

function changesOf(object: KubernetesObject): Change<KubernetesObject>[] {
  switch (object.kind) {
    case "AuthorizationPolicy":
      return authorizationChanges(object);
    case "PeerAuthentication":
      return peerChanges(object);
    default:
      return [];
  }
}

const ELSEWHERE = "elsewhere";

function peerChanges(object: PeerAuthenticationObject): Change<PeerAuthenticationObject>[] {
  const { metadata, spec } = object;
  return [
    ["removed", undefined],
    ["in another namespace", { ...object, metadata: { ...metadata, namespace: ELSEWHERE } }],
    ["for one workload", { ...object, spec: { ...spec, selector: { matchLabels: { app: ELSEWHERE } } } }],
    ...(["PERMISSIVE", "DISABLE", "UNSET"] as const).map((mode): Change<PeerAuthenticationObject> => [
      mode,
      { ...object, spec: { ...spec, mtls: { mode } } },
    ]),
  ];
}

function authorizationChanges(object: AuthorizationPolicyObject): Change<AuthorizationPolicyObject>[] {
  const { metadata, spec } = object;
  const withSpec = (change: Partial<AuthorizationPolicyObject["spec"]>) => ({
    ...object,
    spec: { ...spec, ...change },
  });
  const { selector, rules = [] } = spec;
  return [
    ["removed", undefined],
    ["in another namespace", { ...object, metadata: { ...metadata, namespace: ELSEWHERE } }],
    ["only tried (dry run)", { ...object, metadata: { ...metadata, annotations: { "istio.io/dry-run": "true" } } }],
    ...(["DENY", "AUDIT"] as const).map((action): Change<AuthorizationPolicyObject> => [action, withSpec({ action })]),
    ["for another workload", withSpec({ selector: { matchLabels: { app: ELSEWHERE } } })],
    ...(selector === undefined
      ? []
      : [["for every workload", withSpec({ selector: {} })] satisfies Change<AuthorizationPolicyObject>]),
    ["one more rule, for everybody", withSpec({ rules: [...rules, {}] })],
    ...rules.flatMap((rule, index) =>
      ruleChanges(rule).map(([what, changed]): Change<AuthorizationPolicyObject> => [
        `rule ${index}: ${what}`,
        withSpec({
          rules: rules.flatMap((other, place) => (place !== index ? [other] : changed === undefined ? [] : [changed])),
        }),
      ]),
    ),
  ];
}

function ruleChanges(rule: Rule): Change<Rule>[] {
  const operation = rule.to?.[0]?.operation ?? {};
  const withOperation = (change: typeof operation): Rule => ({
    ...rule,
    to: [{ operation: { ...operation, ...change } }],
  });
  const withCaller = (caller: string): Rule => ({ ...rule, from: [{ source: { principals: [caller] } }] });
  const { methods, paths = [] } = operation;
  return [
    ["removed", undefined],
    ["from everybody", { ...rule, from: undefined }],
    ["from any principal", withCaller("*")],
    ["from another account", withCaller(`cluster.local/ns/${ELSEWHERE}/sa/${ELSEWHERE}`)],
    ["to every operation", { ...rule, to: undefined }],
    ...(methods === undefined
      ? []
      : [
          ["every method", withOperation({ methods: undefined })] satisfies Change<Rule>,
          ...methods.map((method): Change<Rule> => [
            `TRACE in place of ${method}`,
            withOperation({ methods: methods.map((other) => (other === method ? "TRACE" : other)) }),
          ]),
        ]),
    ...(paths.length === 0 ? [] : [["every path", withOperation({ paths: undefined })] satisfies Change<Rule>]),
    ...paths.flatMap((path): Change<Rule>[] => [
      [
        `another path in place of ${path}`,
        withOperation({ paths: paths.map((other) => (other === path ? "/none" : other)) }),
      ],
      ...(path.endsWith("*")
        ? []
        : [[`all that starts with ${path}`, withOperation({ paths: [...paths, `${path}*`] })] satisfies Change<Rule>]),
    ]),
  ];
}

import type { AuthorizationPolicyObject } from "../../../mesh/kubernetes/objects.ts";
import { type Change, ELSEWHERE, moved, replaced, within } from "./change.ts";

type Rule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];
type Source = NonNullable<NonNullable<Rule["from"]>[number]["source"]>;
type Operation = NonNullable<NonNullable<Rule["to"]>[number]["operation"]>;

/** What an AuthorizationPolicy can come to by one slip. */
export function authorizationChanges(object: AuthorizationPolicyObject): Change<AuthorizationPolicyObject>[] {
  const { metadata, spec } = object;
  const withSpec = (change: Partial<typeof spec>) => ({ ...object, spec: { ...spec, ...change } });
  const { selector, rules = [] } = spec;
  return [
    ...moved(object),
    ["only tried (dry run)", { ...object, metadata: { ...metadata, annotations: { "istio.io/dry-run": "true" } } }],
    ...(["DENY", "AUDIT"] as const).map((action): Change<AuthorizationPolicyObject> => [action, withSpec({ action })]),
    ["for another workload", withSpec({ selector: { matchLabels: { app: ELSEWHERE } } })],
    ...(selector === undefined
      ? []
      : [["for every workload", withSpec({ selector: {} })] satisfies Change<AuthorizationPolicyObject>]),
    ["one more rule, for everybody", withSpec({ rules: [...rules, {}] })],
    ...within(rules, "rule", ruleChanges).map(([what, changed]): Change<AuthorizationPolicyObject> => [
      what,
      withSpec({ rules: changed ?? [] }),
    ]),
  ];
}

function ruleChanges(rule: Rule): Change<Rule>[] {
  const source = rule.from?.[0]?.source;
  const operation = rule.to?.[0]?.operation;
  return [
    ["removed", undefined],
    ...(rule.from === undefined ? [] : [["from everybody", { ...rule, from: undefined }] satisfies Change<Rule>]),
    ...(rule.to === undefined ? [] : [["to every operation", { ...rule, to: undefined }] satisfies Change<Rule>]),
    ...(source === undefined ? [] : sourceChanges(source)).map(([what, changed]): Change<Rule> => [
      what,
      { ...rule, from: [{ source: changed ?? {} }, ...(rule.from ?? []).slice(1)] },
    ]),
    ...(operation === undefined ? [] : operationChanges(operation)).map(([what, changed]): Change<Rule> => [
      what,
      { ...rule, to: [{ operation: changed ?? {} }] },
    ]),
    ...(rule.when ?? []).flatMap((condition, index): Change<Rule>[] => [
      [`without ${condition.key}`, { ...rule, when: replaced(rule.when ?? [], index, undefined) }],
      [
        `another value of ${condition.key}`,
        { ...rule, when: replaced(rule.when ?? [], index, { ...condition, values: [ELSEWHERE] }) },
      ],
    ]),
  ];
}

const ANOTHER: Readonly<Partial<Record<keyof Source, string>>> = {
  principals: `cluster.local/ns/${ELSEWHERE}/sa/${ELSEWHERE}`,
  requestPrincipals: `${ELSEWHERE}/${ELSEWHERE}`,
  namespaces: ELSEWHERE,
  ipBlocks: "192.0.2.0/24",
};

function sourceChanges(source: Source): Change<Source>[] {
  const said = (Object.keys(source) as (keyof Source)[]).filter((key) => source[key] !== undefined);
  return [
    ["from any principal", { ...source, principals: ["*"] }],
    // A rule that names nobody else is for everybody then: that is a change of its own.
    ...(said.length < 2 ? [] : said).map((key): Change<Source> => [`without ${key}`, { ...source, [key]: undefined }]),
    ...said.flatMap((key): Change<Source>[] => {
      const other = ANOTHER[key];
      return other === undefined ? [] : [[`other ${key}`, { ...source, [key]: [other] }]];
    }),
  ];
}

function operationChanges(operation: Operation): Change<Operation>[] {
  const { methods = [], paths = [], ports = [], hosts = [], notPaths = [] } = operation;
  const change = (more: Operation): Operation => ({ ...operation, ...more });
  const swap = (list: readonly string[], item: string, other: string) =>
    list.map((one) => (one === item ? other : one));
  return [
    ...(methods.length === 0 ? [] : [["every method", change({ methods: undefined })] satisfies Change<Operation>]),
    ...methods.map((method): Change<Operation> => [
      `TRACE in place of ${method}`,
      change({ methods: swap(methods, method, "TRACE") }),
    ]),
    ...(paths.length === 0 ? [] : [["every path", change({ paths: undefined })] satisfies Change<Operation>]),
    ...paths.flatMap((path): Change<Operation>[] => [
      [`another path in place of ${path}`, change({ paths: swap(paths, path, "/none") })],
      ...(path.endsWith("*")
        ? []
        : [[`all that starts with ${path}`, change({ paths: [...paths, `${path}*`] })] satisfies Change<Operation>]),
    ]),
    ...notPaths.map((path): Change<Operation> => [
      `${path} too`,
      change({ notPaths: notPaths.filter((other) => other !== path) }),
    ]),
    ...(ports.length === 0
      ? []
      : [
          ["every port", change({ ports: undefined })] satisfies Change<Operation>,
          ["another port", change({ ports: ["22"] })] satisfies Change<Operation>,
        ]),
    ...(hosts.length === 0
      ? []
      : [
          ["every host", change({ hosts: undefined })] satisfies Change<Operation>,
          ["another host", change({ hosts: [`${ELSEWHERE}.example`] })] satisfies Change<Operation>,
        ]),
  ];
}

import type { PolicyResource, ResourceRule } from "./rule.ts";
import { at, items, text, texts, UNKNOWN } from "./values.ts";

const AUTHORIZATION_POLICY = /^kubernetes:security\.istio\.io\/\w+:AuthorizationPolicy$/;

/** Fields of a source that say who calls, and those that narrow it down to addresses. */
const IDENTITIES = ["principals", "namespaces", "serviceAccounts"];
const ADDRESSES = ["ipBlocks", "remoteIpBlocks"];
/** Conditions that say who calls. */
const IDENTITY_KEYS = ["source.principal", "source.namespace", "source.serviceAccount"];

/** What is wrong with the callers of an ALLOW policy. */
function callersOf(spec: unknown): string[] {
  if (!["ALLOW", undefined].includes(at(spec, "action") as string | undefined)) {
    return [];
  }
  return items(at(spec, "rules")).flatMap((rule, index) => {
    if (rule === UNKNOWN || at(rule, "from") === UNKNOWN || at(rule, "when") === UNKNOWN) {
      return [];
    }
    const sources = items(at(rule, "from")).map((from) => at(from, "source"));
    const conditions = items(at(rule, "when")).filter((condition) =>
      IDENTITY_KEYS.includes(text(at(condition, "key"))),
    );
    const wild = [
      ...sources.flatMap((source) => IDENTITIES.flatMap((field) => texts(at(source, field)))),
      ...conditions.flatMap((condition) => texts(at(condition, "values"))),
    ].filter((name) => name.includes("*"));
    const named = (source: unknown) =>
      source === UNKNOWN || [...IDENTITIES, ...ADDRESSES].some((field) => at(source, field) !== undefined);
    const nobody = conditions.length === 0 && (sources.length === 0 || !sources.every(named));
    return [
      ...wild.map((name) => `rule ${index} allows ${name}`),
      ...(nobody ? [`rule ${index} names no caller, so it allows everybody`] : []),
    ];
  });
}

/** Fields that hold AWS policies; an endpoint's policy narrows what the callers' own policies allow. */
const POLICY_FIELDS = ["policy", "assumeRolePolicy", "accessPolicies"];
const NO_GRANT = /^aws:ec2\/vpcEndpoint/;

function awsPrincipals({ type, props }: PolicyResource): string[] {
  if (!type.startsWith("aws:") || NO_GRANT.test(type)) {
    return [];
  }
  return POLICY_FIELDS.flatMap((field) => {
    const document = documentOf(at(props, field));
    const statements = at(document, "Statement");
    return (Array.isArray(statements) ? items(statements) : [statements])
      .filter((statement) => at(statement, "Effect") === "Allow" && at(statement, "Condition") === undefined)
      .filter((statement) =>
        [at(statement, "Principal"), at(statement, "Principal", "AWS")].flatMap((who) => texts(who)).includes("*"),
      )
      .map(() => `${field} allows every account of AWS`);
  });
}

function documentOf(value: unknown): unknown {
  if (typeof value !== "string") {
    return value;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // Not a policy document: AWS refuses it, and says so better.
    return undefined;
  }
}

/** Who is allowed is named. */
export const noWildcardPrincipal: ResourceRule = {
  kind: "resource",
  name: "no-wildcard-principal",
  description: "Who is allowed is named: no ALLOW policy of the mesh and no policy of AWS lets everybody in.",
  level: "mandatory",
  remediation: "Name the callers: service accounts in the mesh, accounts and roles in AWS.",
  judge: (resource) =>
    AUTHORIZATION_POLICY.test(resource.type) ? callersOf(at(resource.props, "spec")) : awsPrincipals(resource),
};

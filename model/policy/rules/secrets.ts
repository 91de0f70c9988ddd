import { podOf, containersOf, RELEASE } from "../pods.ts";
import type { PolicyResource, ResourceRule } from "../rule.ts";
import { at, items, leaves, text, type Leaf } from "../values.ts";

/** Names whose value is a secret: `DB_PASSWORD`, `adminPassword`, `api-key`; not `passwordKey` or `existingSecret`, which refer to one. */
const SECRET_NAME =
  /(password|passwd|passphrase|token|api[-_]?key|private[-_]?key|secret[-_]?key|signing[-_]?key|access[-_]?key|client[-_]?secret)$/i;

/** Texts that are secrets whatever their name is. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "a token (JWT)"],
  [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, "a GitHub token"],
];

/** Where secrets belong: encrypted in the state, and in nobody's pod specification. */
const HOLDERS = /^(kubernetes:core\/v1:Secret|tls:|random:|pulumi:providers:|aws:secretsmanager\/|aws:ssm\/)/;

function namedSecrets(resource: PolicyResource): string[] {
  const pod = podOf(resource);
  if (pod !== undefined) {
    return containersOf(pod).flatMap(({ name, container }) =>
      items(at(container, "env"))
        .filter((variable) => SECRET_NAME.test(text(at(variable, "name"))) && isText(at(variable, "value")))
        .map((variable) => `container ${name} has the secret ${text(at(variable, "name"))} in its environment`),
    );
  }
  const trees: readonly Leaf[] =
    resource.type === RELEASE
      ? [{ path: ["values"], value: at(resource.props, "values") }]
      : /^kubernetes:core\/v1:ConfigMap$/.test(resource.type)
        ? [{ path: ["data"], value: at(resource.props, "data") }]
        : [];
  return trees
    .flatMap(({ path, value }) => leaves(value, path))
    .filter(({ path, value }) => SECRET_NAME.test(path.at(-1) ?? "") && isText(value))
    .map(({ path }) => `${path.join(".")} is a secret in plain text`);
}

/** Ways of charts to name a secret that lies elsewhere: Kiali's `secret:<name>:<key>`, Grafana's `$__file{}`, and `$(VAR)` or `${VAR}`. */
const REFERENCE = /^(secret:[\w.-]+:[\w.-]+|\$__\w+\{.*\}|\$\(\w+\)|\$\{\w+\})$/;

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !REFERENCE.test(value);
}

/** Secrets lie in Secrets. Values are never repeated in a message. */
export const noPlainSecret: ResourceRule = {
  kind: "resource",
  name: "no-plain-secret",
  description:
    "A secret lies in a Secret and is referred to by name, never in an environment, a ConfigMap or chart values.",
  level: "mandatory",
  mend: "Put it into a Secret (valueFrom.secretKeyRef, or the chart's existingSecret).",
  judge: (resource) =>
    HOLDERS.test(resource.type)
      ? []
      : [
          ...namedSecrets(resource),
          ...leaves(resource.props).flatMap(({ path, value }) =>
            SECRET_TEXT.filter(([pattern]) => pattern.test(text(value))).map(
              ([, what]) => `${path.join(".")} holds ${what}`,
            ),
          ),
        ],
};

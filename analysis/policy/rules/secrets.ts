import { isSecretName, secretsIn } from "../../../mesh/kubernetes/secret-values.ts";
import { podOf, containersOf, RELEASE } from "./pod-templates.ts";
import type { PolicyResource, ResourceRule } from "./rule.ts";
import { at, items, leaves, text, type Leaf } from "./values.ts";

/** Where secrets belong: encrypted in the state, and in nobody's pod specification. */
const HOLDERS = /^(kubernetes:core\/v1:Secret|tls:|random:|pulumi:providers:|aws:secretsmanager\/|aws:ssm\/)/;

function namedSecrets(resource: PolicyResource): string[] {
  const pod = podOf(resource);
  if (pod !== undefined) {
    return containersOf(pod).flatMap(({ name, container }) =>
      items(at(container, "env"))
        .filter((variable) => isSecretName(text(at(variable, "name"))) && isText(at(variable, "value")))
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
    .filter(({ path, value }) => isSecretName(path.at(-1) ?? "") && isText(value))
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
  remediation: "Put it into a Secret (valueFrom.secretKeyRef, or the chart's existingSecret).",
  judge: (resource) =>
    HOLDERS.test(resource.type)
      ? []
      : [
          ...namedSecrets(resource),
          ...leaves(resource.props).flatMap(({ path, value }) =>
            secretsIn(text(value)).map((what) => `${path.join(".")} holds ${what}`),
          ),
        ],
};

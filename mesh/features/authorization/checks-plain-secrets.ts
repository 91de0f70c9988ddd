import { problemUnless, type Problem } from "../../stack/errors.ts";
import { formatPath, type Path } from "../../stack/paths.ts";
import { isSecretName, secretsIn } from "../../kubernetes/secret-values.ts";
import type { Check } from "../../stack/check.ts";

/** No secret stands in a stack's file or in a catalog: what is read there is committed, rendered and previewed. */
export const checkPlainSecrets: Check = ({ config, catalog }) => {
  // The catalog holds what the stack says of its services.
  const settings = Object.entries(config).filter(([key]) => key !== "services");
  return [...texts(Object.fromEntries(settings)), ...texts(catalog)].flatMap(([path, text]) => {
    const [what] = secretsIn(text);
    return what === undefined ? variable(path, text) : [plainText(path, what)];
  });
};

function plainText(path: string, what: string): Problem {
  return {
    path,
    message: `expected a text that everybody may read; got ${what}`,
    remediation:
      "take it out, replace what others may have read, and name a Kubernetes Secret where the setting takes one",
  };
}

/** Variables of containers are secrets by their names. */
function variable(path: string, text: string): Problem[] {
  const [, service = "", name = ""] = /^services\.([^.]+)\.(?:versions\.[^.]+\.)?env\.([^.]+)$/.exec(path) ?? [];
  return problemUnless(
    !isSecretName(name) || text === "",
    path,
    `expected no secret in plain text; ${name} is one by its name`,
    `put it into a Kubernetes Secret that services.${service}.secretEnv.${name} names`,
  );
}

/** Every text of a tree, after its key path. */
function texts(value: unknown, path: Path = []): (readonly [path: string, text: string])[] {
  if (typeof value === "string") {
    return [[formatPath(path), value]];
  }
  return typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        texts(inner, [...path, Array.isArray(value) ? Number(key) : key]),
      );
}

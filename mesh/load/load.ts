import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkStack } from "../checks/index.ts";
import { ConfigError, type Problem } from "../stack/errors.ts";
import { applyOverride } from "./catalog-override.ts";
import { chooseCatalog } from "./choose-catalog.ts";
import { deepFreeze, hasPath, isPlainObject, type PlainObject } from "./merge.ts";
import { nearest } from "../stack/nearest.ts";
import { checkFileKeys, checkNamespaces } from "./file-keys.ts";
import { parse, type Parsed } from "./parse.ts";
import { PROJECT } from "./project.ts";
import { assertKnownStack, stackFile } from "./stack-files.ts";
import { catalog as catalogSchema, type Catalog } from "../stack/catalog.ts";
import { stackConfig, type StackConfig } from "../stack/config.ts";
import { checkEncrypted, checkSecrets, encryptedIn, withoutSecrets } from "./secret-keys.ts";
import { readYamlFile } from "./yaml-file.ts";

/** One environment, ready to be built: plain, frozen data without any Output in it. */
export interface Stack {
  /** Name of the stack, e.g. `prod`. */
  readonly name: string;
  /** Settings file that it was read from, e.g. `Pulumi.prod.yaml`. */
  readonly file: string;
  readonly config: StackConfig;
  /** The application, with the stack's overrides in it. */
  readonly catalog: Catalog;
}

/** What finds the problems of a stack whose values are well-formed one by one. */
export type CrossChecks = typeof checkStack;

/**
 * Reads `Pulumi.<stack>.yaml` and the catalog it names, without the engine.
 * @param directory the project's folder
 * @param catalog application in place of the one that the file names
 * @param checks cross-checks; other than the program's own only for settings that are looked at and not applied
 * @throws ConfigError naming every problem; code `stack.unknown` where there is no such file.
 */
export function readStackFile(
  directory: string,
  stack: string,
  catalog?: string,
  checks: CrossChecks = checkStack,
): Stack {
  const file = stackFile(stack);
  assertKnownStack(directory, stack);
  const content = readYamlFile(directory, file) ?? {};
  const settings = isPlainObject(content) ? (content["config"] ?? {}) : undefined;
  if (!isPlainObject(settings)) {
    throw new ConfigError(file, [{ path: "config", message: "expected an object of configuration keys" }]);
  }
  const values = stackValues(settings);
  const slips = [
    ...checkFileKeys(isPlainObject(content) ? content : {}),
    ...checkNamespaces(settings),
    ...checkEncrypted(values, encryptedIn(values)),
  ];
  if (slips.length > 0) {
    throw new ConfigError(file, slips);
  }
  return loadStack(directory, stack, stackValues(chooseCatalog(settings, catalog)), checks);
}

/**
 * The project's own values among a stack's settings, by bare key: Pulumi takes a key without namespace as the project's.
 * Keys of other namespaces (`aws:profile`) belong to their providers.
 */
export function stackValues(settings: PlainObject): PlainObject {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([key]) => !key.includes(":") || key.startsWith(`${PROJECT}:`))
      .map(([key, value]) => [key.replace(`${PROJECT}:`, ""), value]),
  );
}

/**
 * Parses, fills in defaults and cross-checks.
 * @param values the project's configuration by bare key, e.g. `{ platform: { kind: "eks", ... } }`
 * @param checks cross-checks
 * @throws ConfigError naming every problem.
 */
export function loadStack(
  directory: string,
  stack: string,
  values: PlainObject,
  checks: CrossChecks = checkStack,
): Stack {
  const file = stackFile(stack);
  const { values: plain, secrets } = withoutSecrets(values);
  const parsed = parse(stackConfig, plain);
  if (parsed.value === undefined) {
    throw new ConfigError(file, parsed.problems);
  }
  const config = parsed.value;
  const catalog = loadCatalog(directory, config);
  const problems = [
    ...checkSecrets(secrets, config),
    ...catalog.problems,
    ...(catalog.value === undefined ? [] : checks({ config, catalog: catalog.value })),
  ];
  if (catalog.value === undefined || parsed.problems.length + problems.length > 0) {
    throw new ConfigError(file, [...parsed.problems, ...problems.map(attribute(config))]);
  }
  return deepFreeze({ name: stack, file, config, catalog: catalog.value });
}

function loadCatalog(directory: string, config: StackConfig): Parsed<Catalog> {
  const path = catalogFile(config);
  if (!existsSync(join(directory, path))) {
    const known = existsSync(join(directory, "catalogs")) ? readdirSync(join(directory, "catalogs")) : [];
    const names = known.map((name) => name.replace(/\.yaml$/, ""));
    const problem = {
      path: "catalog.name",
      message: `no catalog named ${config.catalog.name}`,
      remediation: `known: ${names.join(", ")}`,
    };
    return { problems: [problem] };
  }
  const raw = readYamlFile(directory, path);
  if (!isPlainObject(raw)) {
    return { problems: [{ file: path, path: "", message: "expected an object: name, namespace, hosts and services" }] };
  }
  const unknown = unknownServices(raw, config);
  if (unknown.length > 0) {
    return { problems: unknown };
  }
  const parsed = parse(catalogSchema, applyOverride(raw, catalogOverride(config)));
  const name = parsed.value?.name ?? config.catalog.name;
  if (name === config.catalog.name) {
    return parsed;
  }
  const misnamed = { path: "name", message: `expected the name of the file, ${config.catalog.name}; got "${name}"` };
  return { ...parsed, problems: [...parsed.problems, misnamed] };
}

function catalogOverride(config: StackConfig): PlainObject {
  return {
    services: config.services,
    ...(config.catalog.namespace === undefined ? {} : { namespace: config.catalog.namespace }),
    ...(config.traffic.hosts === undefined ? {} : { hosts: config.traffic.hosts }),
  };
}

function unknownServices(raw: PlainObject, config: StackConfig): Problem[] {
  if (!isPlainObject(raw["services"])) {
    // The catalog itself is wrong: its schema says how.
    return [];
  }
  const services = Object.keys(raw["services"]);
  return Object.keys(config.services)
    .filter((name) => !services.includes(name))
    .map((name) => {
      const match = nearest(name, services);
      const remediation = match === undefined ? `known services: ${services.join(", ")}` : `did you mean ${match}?`;
      return {
        path: `services.${name}`,
        message: `the catalog ${config.catalog.name} has no such service`,
        remediation,
      };
    });
}

/** A problem of a service stands in the catalog's file, unless the stack's own override says that value. */
function attribute(config: StackConfig): (problem: Problem) => Problem {
  return (problem) => {
    const inCatalog = /^(services|hosts|namespace|name|redirects|cors|externalServices)\b/.test(problem.path);
    // What is missing in an item of a list: a list of the stack's takes the place of the catalog's.
    const item = /^.*\]/.exec(problem.path)?.[0] ?? problem.path;
    const inStack = [problem.path, item].some((path) => hasPath({ services: config.services }, path));
    return inCatalog && !inStack ? { ...problem, file: catalogFile(config) } : problem;
  };
}

function catalogFile(config: StackConfig): string {
  return `catalogs/${config.catalog.name}.yaml`;
}

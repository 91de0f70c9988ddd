import { checkStack } from "../checks/index.ts";
import { ConfigError, problem, type Problem } from "../stack/errors.ts";
import { chooseCatalog } from "./choose-catalog.ts";
import { catalogFile, loadCatalog } from "./load-catalog.ts";
import { deepFreeze } from "./merge.ts";
import { checkFileKeys, checkNamespaces } from "./file-keys.ts";
import { parse } from "./parse.ts";
import { parsePath, valueAt, type Written } from "../stack/paths.ts";
import { PROJECT } from "./project.ts";
import { assertKnownStack, stackFile } from "./stack-files.ts";
import { catalog as catalogSchema, type Catalog } from "../stack/catalog.ts";
import { stackConfig, type StackConfig } from "../stack/config.ts";
import { checkEncrypted, checkSecrets, encryptedIn, withoutSecrets } from "./secret-keys.ts";
import { readYamlFile } from "./yaml-file.ts";
import { isPlainObject, type PlainObject } from "../stack/plain-object.ts";

/** One environment, ready to be built: plain, frozen data without any Output in it. */
export interface Stack {
  /** Name of the stack, e.g. `prod`. */
  readonly name: string;
  /** Settings file that it was read from, e.g. `Pulumi.prod.yaml`. */
  readonly file: string;
  readonly config: StackConfig;
  /** The application, with the stack's overrides in it. */
  readonly catalog: Catalog;
  /** Both before any default was filled in. */
  readonly written: Written;
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
    throw new ConfigError(file, [problem("config", "expected an object of configuration keys")]);
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
  const { value: catalog, written: inCatalog = {}, problems: ofCatalog } = loadCatalog(directory, config);
  const written: Written = structuredClone({ config: plain, catalog: inCatalog });
  const problems = [
    ...checkSecrets(secrets, config),
    ...ofCatalog,
    ...(catalog === undefined ? [] : checks({ config, catalog, written })),
  ];
  if (catalog === undefined || parsed.problems.length + problems.length > 0) {
    throw new ConfigError(file, [...parsed.problems, ...problems.map((problem) => inItsFile(problem, config))]);
  }
  return deepFreeze({ name: stack, file, config, catalog, written });
}

/** Keys at the top of a catalog. */
const CATALOG_KEYS: readonly PropertyKey[] = Object.keys(catalogSchema.shape);

/** A problem of a service lies in the catalog's file, unless the stack's own override holds that value. */
function inItsFile(problem: Problem, config: StackConfig): Problem {
  const path = parsePath(problem.path);
  // What is missing in an item of a list: a list of the stack's takes the place of the catalog's.
  const item = path.slice(0, path.findLastIndex((key) => typeof key === "number") + 1);
  const { services } = config;
  const inStack = [path, item].some((keys) => keys.length > 0 && valueAt({ services }, keys) !== undefined);
  const inCatalog = path[0] !== undefined && CATALOG_KEYS.includes(path[0]) && !inStack;
  return inCatalog ? { ...problem, file: catalogFile(config) } : problem;
}

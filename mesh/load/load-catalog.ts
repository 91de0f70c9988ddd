import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { problem, type Problem } from "../stack/errors.ts";
import { merge } from "./merge.ts";
import { didYouMean } from "../stack/nearest.ts";
import { parse, type Parsed } from "./parse.ts";
import { formatPath } from "../stack/paths.ts";
import { catalog as catalogSchema, type Catalog } from "../stack/catalog.ts";
import type { StackConfig } from "../stack/config.ts";
import { readYamlFile } from "./yaml-file.ts";
import { isPlainObject, type PlainObject } from "../stack/plain-object.ts";

/** A catalog as it was read, with the stack's overrides in it: parsed, and before any default (`written`). */
export type LoadedCatalog = Parsed<Catalog> & { readonly written?: PlainObject };

/** Path of the catalog that a stack names, below the project's folder. */
export function catalogFile({ catalog }: StackConfig): string {
  return `catalogs/${catalog.name}.yaml`;
}

/** Reads and parses the catalog that a stack names, with the stack's overrides laid over it. */
export function loadCatalog(directory: string, config: StackConfig): LoadedCatalog {
  const { name } = config.catalog;
  const file = catalogFile(config);
  if (!existsSync(join(directory, file))) {
    const folder = join(directory, "catalogs");
    const known = (existsSync(folder) ? readdirSync(folder) : []).map((entry) => entry.replace(/\.yaml$/, ""));
    return { problems: [problem("catalog.name", `no catalog named ${name}`, `known: ${known.join(", ")}`)] };
  }
  const raw = readYamlFile(directory, file);
  if (!isPlainObject(raw)) {
    return { problems: [{ file, ...problem("", "expected an object: name, namespace, hosts and services") }] };
  }
  const unknown = unknownServices(raw, config);
  if (unknown.length > 0) {
    return { problems: unknown };
  }
  const written = applyOverride(raw, {
    services: config.services,
    ...(config.catalog.namespace === undefined ? {} : { namespace: config.catalog.namespace }),
    ...(config.traffic.hosts === undefined ? {} : { hosts: config.traffic.hosts }),
  });
  const parsed = parse(catalogSchema, written);
  const misnamed =
    parsed.value === undefined || parsed.value.name === name
      ? []
      : [problem("name", `expected the name of the file, ${name}; got "${parsed.value.name}"`)];
  return { ...parsed, written, problems: [...parsed.problems, ...misnamed] };
}

/** Overrides of services that the catalog does not have. Where its services are no object, its schema reports it. */
function unknownServices({ services }: PlainObject, config: StackConfig): Problem[] {
  const known = isPlainObject(services) ? Object.keys(services) : Object.keys(config.services);
  return Object.keys(config.services)
    .filter((name) => !known.includes(name))
    .map((name) =>
      problem(
        formatPath(["services", name]),
        `the catalog ${config.catalog.name} has no such service`,
        didYouMean(name, known, `known services: ${known.join(", ")}`),
      ),
    );
}

/** Two ways to set one thing: setting one of them takes back the other. */
const ALTERNATIVES: readonly string[] = ["phase", "weight"];

/**
 * A catalog with a stack's own values laid over it, key by key. A stack that gives a canary's `phase` takes back the
 * catalog's `weight`, and the other way round: together they would contradict each other.
 */
export function applyOverride(catalog: PlainObject, override: PlainObject): PlainObject {
  const { services } = catalog;
  const { services: overrides } = override;
  if (!isPlainObject(services) || !isPlainObject(overrides)) {
    return merge(catalog, override) as PlainObject;
  }
  const cleared = Object.entries(services).map(([name, service]) => [name, withoutReplaced(service, overrides[name])]);
  return merge({ ...catalog, services: Object.fromEntries(cleared) as PlainObject }, override) as PlainObject;
}

function withoutReplaced(service: unknown, override: unknown): unknown {
  const [base, own] = [canaryOf(service), canaryOf(override)];
  if (base === undefined || own === undefined || !ALTERNATIVES.some((key) => key in own)) {
    return service;
  }
  const kept = Object.entries(base).filter(([key]) => !ALTERNATIVES.includes(key));
  return { ...(service as PlainObject), canary: Object.fromEntries(kept) };
}

function canaryOf(service: unknown): PlainObject | undefined {
  const canary = isPlainObject(service) ? service["canary"] : undefined;
  return isPlainObject(canary) ? canary : undefined;
}

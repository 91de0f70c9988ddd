import { isPlainObject, merge, type PlainObject } from "./merge.ts";

/** Two ways to say one thing: who says one of them takes back the other. */
const ALTERNATIVES = ["phase", "weight"] as const;

/**
 * A catalog with a stack's own values laid over it, key by key. A stack that gives a canary's `phase` takes back the
 * catalog's `weight`, and the other way round: together they would contradict each other.
 */
export function applyOverride(catalog: PlainObject, override: PlainObject): unknown {
  const services = catalog["services"];
  const overrides = override["services"];
  if (!isPlainObject(services) || !isPlainObject(overrides)) {
    return merge(catalog, override);
  }
  const cleared = Object.entries(services).map(([name, service]) => [name, withoutReplaced(service, overrides[name])]);
  return merge({ ...catalog, services: Object.fromEntries(cleared) as PlainObject }, override);
}

function withoutReplaced(service: unknown, override: unknown): unknown {
  const [base, own] = [canaryOf(service), canaryOf(override)];
  if (base === undefined || own === undefined || !ALTERNATIVES.some((key) => key in own)) {
    return service;
  }
  const kept = Object.entries(base).filter(([key]) => !(ALTERNATIVES as readonly string[]).includes(key));
  return { ...(service as PlainObject), canary: Object.fromEntries(kept) };
}

function canaryOf(service: unknown): PlainObject | undefined {
  const canary = isPlainObject(service) ? service["canary"] : undefined;
  return isPlainObject(canary) ? canary : undefined;
}

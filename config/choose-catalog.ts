import { isPlainObject, type PlainObject } from "./merge.ts";
import { PROJECT } from "./project.ts";

/** Keys that hold for the application that a stack names alone. */
const OF_THE_APPLICATION = ["catalog", "services"] as const;

/**
 * A stack's settings with another application in the place of its own. What they say of their own application goes with
 * it: its namespace, the overrides of its services, the hosts and certificates that stand for its hosts, and what the
 * internal gateway does for it.
 * @param settings keys as in the file, with or without the project's name before them
 * @param name the application; undefined, or the one that is there: the settings stay as they are
 */
export function chooseCatalog(settings: PlainObject, name: string | undefined): PlainObject {
  if (name === undefined || name === catalogName(settings)) {
    return settings;
  }
  const kept = Object.entries(settings)
    .filter(([key]) => !(OF_THE_APPLICATION as readonly string[]).includes(bare(key)))
    .map(([key, value]) => [key, bare(key) === "traffic" ? withoutHosts(value) : value] as const);
  return { ...Object.fromEntries(kept), [`${PROJECT}:catalog`]: { name } };
}

function catalogName(settings: PlainObject): unknown {
  const catalog = Object.entries(settings).find(([key]) => bare(key) === "catalog")?.[1];
  return isPlainObject(catalog) ? catalog["name"] : "ecommerce";
}

function withoutHosts(traffic: unknown): unknown {
  if (!isPlainObject(traffic)) {
    return traffic;
  }
  const { tls } = traffic;
  const kept = without(without(traffic, "hosts"), "internalGateway");
  return isPlainObject(tls) ? { ...kept, tls: without(tls, "certificates") } : kept;
}

function without(value: PlainObject, key: string): PlainObject {
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
}

function bare(key: string): string {
  return key.replace(`${PROJECT}:`, "");
}

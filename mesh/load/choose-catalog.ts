import { PROJECT } from "./project.ts";
import { isPlainObject, type PlainObject } from "../stack/plain-object.ts";

/** Keys that hold for the application that a stack names alone. */
const OF_THE_APPLICATION: readonly string[] = ["catalog", "services"];

/**
 * A stack's settings with another application in the place of its own. What they set for their own application goes with
 * it: its namespace, the overrides of its services, the hosts and certificates that replace its hosts, and what the
 * internal gateway does for it.
 * @param settings keys as in the file, with or without the project's name before them
 * @param name the application; undefined, or the one that is there: the settings stay as they are
 */
export function chooseCatalog(settings: PlainObject, name: string | undefined): PlainObject {
  const catalog = Object.entries(settings).find(([key]) => bare(key) === "catalog")?.[1];
  if (name === undefined || name === (isPlainObject(catalog) ? catalog["name"] : "ecommerce")) {
    return settings;
  }
  const kept = Object.entries(settings)
    .filter(([key]) => !OF_THE_APPLICATION.includes(bare(key)))
    .map(([key, value]) => [key, bare(key) === "traffic" && isPlainObject(value) ? withoutHosts(value) : value]);
  return { ...Object.fromEntries(kept), [`${PROJECT}:catalog`]: { name } } as PlainObject;
}

function withoutHosts(traffic: PlainObject): PlainObject {
  const { tls, ...kept } = without(traffic, "hosts", "internalGateway");
  return tls === undefined ? kept : { ...kept, tls: isPlainObject(tls) ? without(tls, "certificates") : tls };
}

function without(value: PlainObject, ...keys: readonly string[]): PlainObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function bare(key: string): string {
  return key.replace(`${PROJECT}:`, "");
}

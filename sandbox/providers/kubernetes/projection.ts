import { isObject, type JsonObject } from "./object.ts";
import { sameQuantity } from "./quantity.ts";

/**
 * The live object cut down to what the program wrote, for refresh: fields that the API server or a controller added are
 * not drift. Equal quantities in other words (`1000m` and `1`) keep the program's words.
 */
export function projectOnto(live: JsonObject, inputs: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, wanted] of Object.entries(inputs)) {
    if (key in live) {
      result[key] = projectValue(live[key], wanted);
    } else if (isEmpty(wanted) || WRITE_ONLY.has(key)) {
      // The server drops empty maps and lists, and folds stringData into data: nothing has drifted.
      result[key] = wanted;
    }
  }
  return result;
}

const WRITE_ONLY: ReadonlySet<string> = new Set(["stringData"]);

function isEmpty(value: unknown): boolean {
  return (
    value === null || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0)
  );
}

function projectValue(live: unknown, wanted: unknown): unknown {
  if (Array.isArray(live) && Array.isArray(wanted)) {
    return projectList(live, wanted);
  }
  if (isObject(live) && isObject(wanted)) {
    return projectOnto(live, wanted);
  }
  return sameScalar(live, wanted) ? wanted : live;
}

/** Elements are matched by name, as server-side apply does it; a list without names is matched by place. */
function projectList(live: readonly unknown[], wanted: readonly unknown[]): readonly unknown[] {
  if (wanted.every((element) => nameOf(element) !== undefined)) {
    const byName = new Map(live.map((element) => [nameOf(element), element]));
    return wanted
      .filter((element) => byName.has(nameOf(element)))
      .map((element) => projectValue(byName.get(nameOf(element)), element));
  }
  return live.map((element, index) => (index < wanted.length ? projectValue(element, wanted[index]) : element));
}

function nameOf(element: unknown): string | undefined {
  return isObject(element) && typeof element["name"] === "string" ? element["name"] : undefined;
}

function sameScalar(live: unknown, wanted: unknown): boolean {
  if (live === wanted) {
    return true;
  }
  const texts = [live, wanted].every((value) => typeof value === "string" || typeof value === "number");
  return texts && sameQuantity(String(live), String(wanted));
}

import { digest } from "../ids.ts";
import { recordsOf, textOf, textsOf } from "../properties.ts";
import type { Plain } from "../../protocol/index.ts";
import type { Properties } from "../types.ts";

/** What the function iam.getPolicyDocument answers: the document written as AWS's own tools write it. */
export function policyDocument(args: Properties): Properties {
  const statements = recordsOf(args["statements"]);
  const document = {
    Version: textOf(args["version"]) || "2012-10-17",
    ...(textOf(args["policyId"]) === "" ? {} : { Id: textOf(args["policyId"]) }),
    Statement: statements.map(statement),
  };
  const json = JSON.stringify(document, undefined, 2);
  return { ...args, id: String(parseInt(digest(8, json), 16)), json, minifiedJson: JSON.stringify(document) };
}

function statement(from: Properties): Record<string, Plain> {
  const result: Record<string, Plain> = {};
  const put = (key: string, value: Plain | undefined): void => {
    if (value !== undefined) {
      result[key] = value;
    }
  };
  put("Sid", textOf(from["sid"]) || undefined);
  put("Effect", textOf(from["effect"]) || "Allow");
  put("Principal", principals(recordsOf(from["principals"])));
  put("NotPrincipal", principals(recordsOf(from["notPrincipals"])));
  put("Action", oneOrMany(textsOf(from["actions"])));
  put("NotAction", oneOrMany(textsOf(from["notActions"])));
  put("Resource", oneOrMany(textsOf(from["resources"])));
  put("NotResource", oneOrMany(textsOf(from["notResources"])));
  put("Condition", conditions(recordsOf(from["conditions"])));
  return result;
}

/** AWS writes a list of one as the element itself; longer lists are sorted, since their order has no meaning. */
function oneOrMany(values: readonly string[]): Plain | undefined {
  return values.length <= 1 ? values[0] : values.toSorted();
}

function principals(list: readonly Properties[]): Plain | undefined {
  if (list.length === 0) {
    return undefined;
  }
  if (list.length === 1 && textOf(list[0]?.["type"]) === "*") {
    return "*";
  }
  const byType: Record<string, string[]> = {};
  for (const principal of list) {
    (byType[textOf(principal["type"])] ??= []).push(...textsOf(principal["identifiers"]));
  }
  return Object.fromEntries(Object.entries(byType).map(([type, ids]) => [type, oneOrMany(ids) ?? []]));
}

function conditions(list: readonly Properties[]): Plain | undefined {
  if (list.length === 0) {
    return undefined;
  }
  const byTest: Record<string, Record<string, Plain>> = {};
  for (const condition of list) {
    (byTest[textOf(condition["test"])] ??= {})[textOf(condition["variable"])] =
      oneOrMany(textsOf(condition["values"])) ?? [];
  }
  return byTest;
}

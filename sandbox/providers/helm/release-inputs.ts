import { createHash, randomBytes } from "node:crypto";
import {
  diffProperties,
  unwrap,
  type CheckRequest,
  type CheckResult,
  type DiffRequest,
  type DiffResult,
  type PropertyMap,
} from "../protocol/index.ts";
import { isBlank, textOf } from "../kubernetes/check.ts";
import { without } from "../kubernetes/object.ts";
import { DEFAULT_TIMEOUT_SECONDS, unsupportedInputs } from "./release-spec.ts";

/** Completes a release's inputs without asking anybody: name, namespace, timeout. */
export function checkRelease(request: CheckRequest, defaultNamespace: string): CheckResult {
  const { news, olds } = request;
  const unsupported = unsupportedInputs(news).map((property) => ({
    property,
    reason: "the sandbox's stand-in for Helm releases does not support this input",
  }));
  const missing = isBlank(news["chart"]) ? [{ property: "chart", reason: "a release needs a chart" }] : [];
  const name = isBlank(news["name"]) ? (textOf(olds["name"]) ?? generatedName(request)) : news["name"];
  const namespace = isBlank(news["namespace"]) ? defaultNamespace : news["namespace"];
  const timeout = news["timeout"] ?? DEFAULT_TIMEOUT_SECONDS;
  const waits = unwrap(news["skipAwait"]) === true ? {} : { timeout };
  return { inputs: { ...news, name, namespace, ...waits }, failures: [...missing, ...unsupported] };
}

/** Compares inputs, values path by path; another name, namespace or repository is another release. */
export function diffRelease(request: DiffRequest): DiffResult {
  const oldInputs = withoutOutputs(request.oldInputs);
  const news = withoutOutputs(request.news);
  const sameRelease = ["name", "namespace"].every((key) => textOf(oldInputs[key]) === textOf(news[key]));
  return diffProperties(oldInputs, news, {
    replaceOn: ["name", "namespace", "repositoryOpts.repo"],
    ignoreChanges: request.ignoreChanges,
    deleteBeforeReplace: sameRelease,
  });
}

/** Outputs that older SDKs send back as inputs. */
function withoutOutputs(inputs: PropertyMap): PropertyMap {
  return without(inputs, "resourceNames", "checksum", "status", "manifest");
}

function generatedName(request: CheckRequest): string {
  const seed = request.randomSeed.length > 0 ? request.randomSeed : randomBytes(32);
  return `${request.name}-${createHash("sha256").update(seed).update(request.urn).digest("hex").slice(0, 8)}`;
}

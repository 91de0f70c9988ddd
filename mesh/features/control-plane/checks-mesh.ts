import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { compareVersions } from "./revisions/istio-versions.ts";
import { revisionsOf } from "./revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** First Istio version whose MeshConfig has `defaultTrafficPolicy`. Source: release notes of Istio 1.31. */
const DEFAULT_TRAFFIC_POLICY_SINCE = "1.31.0";

/** Seconds that Kubernetes gives a pod to end when nothing else is said: the application's pods say nothing else. */
const POD_GRACE_SECONDS = 30;

/** Settings of the mesh that fit each other and the version. */
export const checkMesh: Check = ({ config }) => [
  ...trafficPolicy(config),
  ...debounce(config),
  ...drain(config),
  ...patterns(config),
];

function trafficPolicy({ mesh }: StackData["config"]): Problem[] {
  if (mesh.defaultTrafficPolicy === undefined) {
    return [];
  }
  return revisionsOf(mesh)
    .filter(({ version }) => compareVersions(version, DEFAULT_TRAFFIC_POLICY_SINCE) < 0)
    .map(({ version }) => ({
      path: "mesh.defaultTrafficPolicy",
      message: `expected Istio ${DEFAULT_TRAFFIC_POLICY_SINCE} or later, which knows it; got ${version}`,
      remediation: "leave it out, and set the policy of each service in the catalog",
    }));
}

function debounce({ mesh }: StackData["config"]): Problem[] {
  const { debounceMilliseconds, debounceMaxSeconds } = mesh.istiod;
  return problemIf(
    debounceMilliseconds > debounceMaxSeconds * 1000,
    "mesh.istiod.debounceMilliseconds",
    `expected at most mesh.istiod.debounceMaxSeconds, ${debounceMaxSeconds} s; got ${debounceMilliseconds} ms`,
  );
}

function drain({ mesh }: StackData["config"]): Problem[] {
  const { terminationDrainSeconds } = mesh.proxy;
  return problemIf(
    terminationDrainSeconds >= POD_GRACE_SECONDS,
    "mesh.proxy.terminationDrainSeconds",
    `expected less than ${POD_GRACE_SECONDS}, the seconds after which Kubernetes kills a pod; got ${terminationDrainSeconds}`,
    "or requests that are still answered are cut off",
  );
}

/** RE2 knows no look-around and no references back; what JavaScript refuses too is wrong for certain. */
function patterns({ mesh }: StackData["config"]): Problem[] {
  return mesh.proxy.stats.inclusionRegexps.flatMap((pattern, index) =>
    problemUnless(
      isRe2(pattern),
      `mesh.proxy.stats.inclusionRegexps[${index}]`,
      `expected a regular expression of RE2; got "${pattern}"`,
      "without look-ahead, look-behind and references back",
    ),
  );
}

function isRe2(pattern: string): boolean {
  try {
    new RegExp(pattern);
  } catch {
    return false;
  }
  return !/\(\?(=|!|<=|<!)|\\[1-9]/.test(pattern);
}

import { type Problem } from "../../stack/errors.ts";
import { eksRefusal } from "../../aws/eks-versions.ts";
import {
  compareVersions,
  ISTIO_KUBERNETES,
  ISTIO_TABLE_DATE,
  istioRefusal,
  upgradeRefusal,
  type VersionRefusal,
} from "./revisions/istio-versions.ts";
import { revisionsOf } from "./revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** The Istio versions are safe and supported, EKS supports the Kubernetes version, and all support each other. */
export const checkVersions: Check = (stack) => [...istioProblems(stack), ...kubernetesProblems(stack)];

function istioProblems({ config: { mesh } }: StackData): Problem[] {
  const versions = revisionsOf(mesh).map(({ version }) => version);
  const newest = versions.toSorted(compareVersions).at(-1);
  const problems = versions.flatMap((version, index) =>
    // Of two revisions the older one is what the upgrade leaves: refusing it would refuse the way out.
    version === newest ? problem(versionPath(mesh, index), istioRefusal(version)) : [],
  );
  const [from, to] = versions;
  return from === undefined || to === undefined
    ? problems
    : [...problems, ...problem("mesh.revisions", upgradeRefusal(from, to))];
}

function problem(path: string, refusal: VersionRefusal | undefined): Problem[] {
  return refusal === undefined ? [] : [{ path, message: refusal.reason, remediation: refusal.remediation }];
}

/** Where the configuration says a revision's version. */
function versionPath({ revisions }: StackData["config"]["mesh"], index: number): string {
  return revisions === undefined ? "mesh.version" : `mesh.revisions[${index}].version`;
}

function kubernetesProblems({ config }: StackData): Problem[] {
  if (config.platform.kind !== "eks") {
    return [];
  }
  const path = "cluster.version";
  const eks = eksRefusal(config.cluster.version);
  if (eks !== undefined) {
    return [{ path, message: eks.reason, remediation: eks.remediation }];
  }
  return revisionsOf(config.mesh).flatMap(
    ({ version }) => versionPairProblem(path, version, config.cluster.version) ?? [],
  );
}

/** Why this Istio must not run on this Kubernetes; undefined when it may, or the Istio is unknown. */
export function versionPairProblem(path: string, istio: string, kubernetes: string): Problem | undefined {
  const supported = ISTIO_KUBERNETES[istio.split(".").slice(0, 2).join(".")];
  const minor = Number(kubernetes.split(".")[1]);
  return supported === undefined || (minor >= supported.min && minor <= supported.max)
    ? undefined
    : {
        path,
        message: `expected Kubernetes 1.${supported.min} to 1.${supported.max}, which Istio ${istio} supports; got "${kubernetes}"`,
        remediation: `table of ${ISTIO_TABLE_DATE}`,
      };
}

import { objectName, type Finding } from "./finding.ts";
import type { ClusterView } from "./view.ts";

/** Pods that do not start, with the reason; and those of a release that was rolled back for it. */
export function podFindings({ pods, lostPods }: ClusterView): Finding[] {
  return [
    ...pods
      .filter(({ alive, ready }) => alive && !ready)
      .flatMap(({ obstacle, ...pod }): Finding[] =>
        obstacle === undefined
          ? []
          : [
              {
                code: "pod-not-starting",
                severity: "error",
                object: objectName("Pod", pod),
                message: `it does not start: ${obstacle}`,
                remediation: `kubectl -n ${pod.namespace} describe pod ${pod.name}`,
              },
            ],
      ),
    ...lostPods.map(({ reason, ...pod }): Finding => ({
      code: "pod-not-starting",
      severity: "warning",
      object: objectName("Pod", pod),
      message: `it is gone and never ran, as when a release is rolled back: ${reason}`,
      remediation: "fix what its events name, and run `up` again",
    })),
  ];
}

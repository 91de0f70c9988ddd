import type { DeploymentObject, PodSpec, ServiceAccountObject } from "../../../mesh/kubernetes/objects.ts";
import { type Change, moved } from "./change.ts";

/** What a pod's safety can come to by one slip. */
export function podChanges(object: DeploymentObject): Change<DeploymentObject>[] {
  const { spec } = object;
  const pod = spec.template.spec;
  const withPod = (change: Partial<PodSpec>): DeploymentObject => ({
    ...object,
    spec: { ...spec, template: { ...spec.template, spec: { ...pod, ...change } } },
  });
  const ofPod = (change: object) => withPod({ securityContext: { ...pod.securityContext, ...change } });
  const ofContainer = (change: object) =>
    withPod({
      containers: pod.containers.map((container) => ({
        ...container,
        securityContext: { ...container.securityContext, ...change },
      })),
    });
  return [
    ["with a token for Kubernetes", withPod({ automountServiceAccountToken: true })],
    ["under the namespace's account", withPod({ serviceAccountName: "default" })],
    ["perhaps as root", ofPod({ runAsNonRoot: undefined })],
    ["as root", ofPod({ runAsUser: 0 })],
    ["without seccomp", ofPod({ seccompProfile: { type: "Unconfined" } })],
    ["may gain privileges", ofContainer({ allowPrivilegeEscalation: undefined })],
    ["privileged", ofContainer({ privileged: true })],
    ["may write to its image", ofContainer({ readOnlyRootFilesystem: false })],
    ["with the runtime's capabilities", ofContainer({ capabilities: {} })],
    ["with NET_RAW", ofContainer({ capabilities: { drop: ["ALL"], add: ["NET_RAW"] } })],
    ["on the node's network", withPod({ hostNetwork: true } as Partial<PodSpec>)],
    [
      "past its sidecar",
      {
        ...object,
        spec: {
          ...spec,
          template: {
            ...spec.template,
            metadata: {
              ...spec.template.metadata,
              annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "8080" },
            },
          },
        },
      },
    ],
  ];
}

/** What an account can come to by one slip. */
export function accountChanges(object: ServiceAccountObject): Change<ServiceAccountObject>[] {
  return [...moved(object), ["mounts its token", { ...object, automountServiceAccountToken: true }]];
}

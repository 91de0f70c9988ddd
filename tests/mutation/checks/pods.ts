import { ofKind, reading } from "./check.ts";

/** Every pod meets the restricted Pod Security Standard, and more: a read-only root, an identity of its own and no token for Kubernetes. */
export const pods = reading(["Deployment", "ServiceAccount"], (_, objects) => {
  const accounts = ofKind(objects, "ServiceAccount");
  const loud = accounts.find(({ automountServiceAccountToken }) => automountServiceAccountToken);
  if (loud !== undefined) {
    return `the account ${loud.metadata.name} mounts its token`;
  }
  for (const { metadata, spec } of ofKind(objects, "Deployment")) {
    const { labels } = spec.template.metadata;
    const pod = spec.template.spec;
    const account = accounts.find(({ metadata: own }) => own.name === pod.serviceAccountName);
    const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext ?? {};
    const safe =
      account?.metadata.namespace === metadata.namespace &&
      account?.metadata.name === labels["app"] &&
      pod.automountServiceAccountToken === false &&
      runAsNonRoot === true &&
      runAsUser !== 0 &&
      seccompProfile?.type === "RuntimeDefault" &&
      pod.containers.every(({ securityContext }) => {
        const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext ?? {};
        return (
          allowPrivilegeEscalation === false &&
          readOnlyRootFilesystem === true &&
          capabilities?.drop?.includes("ALL") === true &&
          (capabilities.add ?? []).length === 0
        );
      });
    if (!safe) {
      return `the pods of ${metadata.name} are less than restricted`;
    }
  }
  return undefined;
});

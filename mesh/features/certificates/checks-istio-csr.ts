import { problemIf, type Problem } from "../../stack/errors.ts";
import { certifiesWorkloads } from "./uses.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

const PATH = "mesh.istioCsr";

/** One authority signs for the workloads, and in a mesh of several clusters one that all of them trust. */
export const checkIstioCsr: Check = (stack) =>
  certifiesWorkloads(stack.config)
    ? [...secondAuthority(stack), ...sharedRoot(stack), ...existing(stack), ...exposedIstiod(stack)]
    : unused(stack);

/** istiod's own authority is off: nobody would read what it is given. */
function secondAuthority({ config }: StackData): Problem[] {
  const { certificateAuthority } = config.mesh.multiCluster;
  return problemIf(
    certificateAuthority !== "istiod",
    "mesh.multiCluster.certificateAuthority",
    `expected istiod, the default, because mesh.istioCsr.enabled is true and istiod signs nothing; got ${certificateAuthority}`,
    "give cert-manager an issuer with that authority and name it in mesh.istioCsr.existing, or switch mesh.istioCsr off",
  );
}

function sharedRoot({ config }: StackData): Problem[] {
  const { multiCluster, istioCsr } = config.mesh;
  const several = multiCluster.eastWestGateway.enabled || multiCluster.remoteClusters.length > 0;
  return problemIf(
    several && istioCsr.issuer === "ownRoot",
    `${PATH}.issuer`,
    "expected privateCa or existing, because the mesh has several clusters (mesh.multiCluster) and none of the others trusts a root of this one's own; got ownRoot",
    "let one authority stand behind the issuers of all clusters",
  );
}

function existing({ config }: StackData): Problem[] {
  const { issuer, existing } = config.mesh.istioCsr;
  return problemIf(
    issuer === "existing" && existing.name === undefined,
    `${PATH}.existing.name`,
    "expected the name of an issuer, because mesh.istioCsr.issuer is existing; got nothing",
    "one that signs SPIFFE names: an ACME authority does not",
  );
}

/** Proxies of other clusters would ask istiod for certificates, through the gateway that leads to it. */
function exposedIstiod({ config }: StackData): Problem[] {
  return problemIf(
    config.mesh.multiCluster.eastWestGateway.exposeIstiod,
    "mesh.multiCluster.eastWestGateway.exposeIstiod",
    "expected false, because mesh.istioCsr.enabled is true: the proxies of a remote cluster would find no authority here; got true",
    "run a control plane in each cluster",
  );
}

function unused({ config }: StackData): Problem[] {
  return problemIf(
    config.mesh.istioCsr.existing.name !== undefined,
    `${PATH}.existing.name`,
    "expected nothing, because mesh.istioCsr.enabled is false and istiod signs",
    "set mesh.istioCsr.enabled: true and issuer: existing, or remove the key",
  );
}

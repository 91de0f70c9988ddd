import { z } from "zod";
import { certificates } from "../features/certificates/schema/certificates.ts";
import { cluster } from "../aws/schema/cluster.ts";
import { dnsLabel, tags } from "../schema/common.ts";
import { mesh } from "./mesh.ts";
import { network } from "../aws/schema/network.ts";
import { observability } from "../features/observability/schema/observability.ts";
import { platform } from "../aws/schema/platform.ts";
import { revisionTag } from "../features/control-plane/schema/revisions.ts";
import { security } from "../features/authorization/schema/security.ts";
import { traffic } from "./traffic.ts";

const catalogChoice = z.strictObject({
  name: dnsLabel.describe("Application to run: the name of a file in `catalogs/`."),
  namespace: dnsLabel.optional().describe("Namespace of the workloads. Default: the catalog's."),
  revisionTag: revisionTag
    .optional()
    .describe("Tag that the namespace names for its sidecars. Default: `stable`. Only with `mesh.revisions`."),
});

/** The configuration of one stack: one object a concern, each under the key `ecommerce-mesh:<concern>`. */
export const stackConfig = z.strictObject({
  platform: platform.describe("Where the mesh runs."),
  network: network.prefault({}).describe("The VPC (`platform.kind: eks`)."),
  cluster: cluster.prefault({}).describe("The EKS cluster (`platform.kind: eks`)."),
  mesh: mesh.prefault({}).describe("Istio."),
  catalog: catalogChoice.prefault({ name: "ecommerce" }).describe("The application."),
  services: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Overrides of the catalog's services: the same keys as in the catalog, merged into it."),
  traffic: traffic.prefault({}).describe("How traffic reaches the application."),
  certificates: certificates.prefault({}).describe("Certificates that cert-manager keeps."),
  security: security.prefault({}).describe("Identity and authorization."),
  observability: observability.prefault({}).describe("Metrics, traces and consoles."),
  tags: tags.default({}).describe("Tags of every AWS resource."),
});

/** A stack's configuration, parsed and with every default filled in. */
export type StackConfig = z.infer<typeof stackConfig>;

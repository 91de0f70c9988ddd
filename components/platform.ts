import type * as pulumi from "@pulumi/pulumi";
import type { Stack } from "../mesh/load/load.ts";
import { clusterName } from "../mesh/kubernetes/names.ts";
import { revisionOf } from "../mesh/features/control-plane/revisions/revisions.ts";
import { CertManager } from "./certificates/cert-manager.ts";
import type { ComponentPlan } from "../mesh/groups.ts";
import { inventory } from "../mesh/inventory.ts";
import { OrderedObjects, required } from "./ordered-objects.ts";
import { Mesh } from "./mesh/mesh.ts";
import { RemoteClusters } from "./mesh/engine-secrets.ts";
import { Addons } from "./observability/addons.ts";
import { GatewayCertificate } from "./certificates/self-signed-certificate.ts";
import { RateLimitService } from "./traffic/rate-limit-service.ts";
import { eksBase, existingBase, type PlatformOutputs } from "./base.ts";

/**
 * Builds a whole stack. The one function behind `pulumi up`, the sandbox and the tests.
 *
 * The inventory tells what comes after what. A destroy goes the other way round: policies and routes, workloads, the application's
 * namespace, gateways and control plane, nodes, cluster, network.
 */
export function buildPlatform(stack: Stack): PlatformOutputs {
  const { platform, mesh: meshConfig, traffic } = stack.config;
  const name = clusterName(stack.name, stack.config);
  const plans = inventory(stack, name);
  const base = platform.kind === "eks" ? eksBase(stack, platform, name, plans) : existingBase(platform, name);
  const { access, providers } = base;
  const args = { stack, clusterName: name };
  const waits = new Map<string, pulumi.Resource[]>([
    ["nodes", [...access.ready]],
    ["karpenter", [...base.nodesOnDemand]],
  ]);
  /** Builds a component, where the stack has it, after what it waits for. */
  const build = <T extends pulumi.Resource>(planName: string, make: (plan: ComponentPlan, options: InCluster) => T) => {
    const plan = plans.find((one) => one.name === planName);
    if (plan === undefined) {
      waits.set(planName, []);
      return undefined;
    }
    const dependsOn = plan.after.flatMap((one) => required(waits, one));
    const made = make(plan, { provider: access.provider, dependsOn });
    waits.set(planName, [made]);
    return made;
  };
  const ordered = (planName: string) => build(planName, (plan, options) => new OrderedObjects(plan, options));

  const certManager = build(
    "cert-manager",
    (plan, { dependsOn }) => new CertManager(plan, args, { providers, dependsOn }),
  );
  const mesh = new Mesh(
    "mesh",
    { ...args, ...base.meshArgs, ...(certManager === undefined ? {} : { certManager }) },
    { provider: access.provider, dependsOn: [...access.ready] },
  );
  waits.set("mesh", [mesh]);
  // The Secret lies in the gateway's namespace, and only there does the gateway look for it.
  waits.set("ingress-namespace", mesh.ingressNamespace);
  const { remoteClusters } = meshConfig.multiCluster;
  if (remoteClusters.length > 0) {
    new RemoteClusters(
      "remote-clusters",
      { clusters: remoteClusters },
      { provider: access.provider, dependsOn: [mesh] },
    );
  }
  const addons = build("addons", (plan, { dependsOn }) => new Addons(plan, args, { providers, dependsOn }));
  ordered("consoles");
  ordered("certificates");
  const { credentialName, mode } = traffic.tls;
  const ownCertificate =
    mode === "selfSigned"
      ? new GatewayCertificate(
          "certificate",
          { hosts: stack.catalog.hosts, credentialName },
          { provider: access.provider, dependsOn: mesh.ingressNamespace },
        )
      : undefined;
  ordered("application");
  ordered("workloads");
  ordered("security");
  build("rate-limit", (plan, options) => new RateLimitService(plan, options));
  ordered("traffic");

  return {
    ...base.outputs,
    ...base.outputsOf(mesh, { ...addons?.roleArns, ...certManager?.roleArns }),
    hosts: stack.catalog.hosts,
    namespace: stack.catalog.namespace,
    meshVersion: revisionOf(meshConfig, "stable").version,
    grafanaPassword: addons?.grafanaPassword ?? null,
    gatewayAuthority: ownCertificate?.authorityPem ?? null,
  };
}

/** Options of a component in the cluster. */
interface InCluster {
  readonly provider: pulumi.ProviderResource;
  readonly dependsOn: pulumi.Resource[];
}

import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { certifiesWorkloads } from "../certificates/uses.ts";
import { eastWestUsesLoadBalancer, usesLoadBalancer } from "../gateways/load-balancer.ts";
import { serviceHost } from "../../kubernetes/names.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

const PATH = "mesh.multiCluster";

/** Names that an east-west gateway finds a service by: the cluster's own. */
const CLUSTER_HOST = /^[a-z0-9-]+\.[a-z0-9-]+\.svc\.cluster\.local$/;

/** A cluster that others reach has a network of its own, and what it knows of others does not contradict itself. */
export const checkMultiCluster: Check = (stack) => [
  ...certificates(stack),
  ...gateway(stack),
  ...exposure(stack),
  ...clusters(stack),
  ...services(stack),
];

/** Workloads of two clusters trust each other only below one root. */
function certificates({ config }: StackData): Problem[] {
  const { certificateAuthority, eastWestGateway, remoteClusters } = config.mesh.multiCluster;
  const because = [
    ...(eastWestGateway.enabled ? [`${PATH}.eastWestGateway.enabled is true`] : []),
    ...(remoteClusters.length > 0 ? [`${PATH}.remoteClusters names others`] : []),
  ][0];
  // With istio-csr istiod has no root; what that needs in a mesh of several clusters is checked there.
  return problemUnless(
    certificateAuthority !== "istiod" || because === undefined || certifiesWorkloads(config),
    `${PATH}.certificateAuthority`,
    `expected config or existingSecret, because ${because}, and no other cluster trusts a root of istiod's own; got istiod`,
    "make an intermediate for each cluster from one root",
  );
}

function gateway({ config }: StackData): Problem[] {
  const { mesh } = config;
  if (!mesh.multiCluster.eastWestGateway.enabled) {
    return [];
  }
  const problems: Problem[] = [];
  if (mesh.network === undefined) {
    problems.push({
      path: "mesh.network",
      message:
        "expected a name for this cluster's network, because mesh.multiCluster.eastWestGateway.enabled is true; got nothing",
      remediation:
        "give each network of the mesh its own, such as eu-west-1: pods of one are thought to reach each other",
    });
  }
  if (eastWestUsesLoadBalancer(config) && !usesLoadBalancer(config)) {
    problems.push({
      path: `${PATH}.eastWestGateway.serviceType`,
      message: `expected NodePort or ClusterIP, because mesh.ingressGateway.serviceType is ${mesh.ingressGateway.serviceType} and no load balancer controller is installed; got LoadBalancer`,
    });
  }
  return problems;
}

function exposure({ config }: StackData): Problem[] {
  const { enabled, exposeIstiod, scheme, sourceCidrs } = config.mesh.multiCluster.eastWestGateway;
  const path = `${PATH}.eastWestGateway`;
  if (!exposeIstiod) {
    return [];
  }
  if (!enabled) {
    const message = "expected false, because there is no east-west gateway to reach istiod through; got true";
    return [{ path: `${path}.exposeIstiod`, message, remediation: `set ${path}.enabled` }];
  }
  const open = sourceCidrs.indexOf("0.0.0.0/0");
  return problemIf(
    scheme === "internet-facing" && open >= 0,
    `${path}.sourceCidrs[${open}]`,
    "expected the networks of the other clusters, because istiod answers there; got 0.0.0.0/0",
  );
}

function clusters({ config }: StackData): Problem[] {
  const { remoteClusters } = config.mesh.multiCluster;
  return remoteClusters.flatMap((name, index) => {
    const path = `${PATH}.remoteClusters[${index}]`;
    if (name === config.cluster.name) {
      return [{ path, message: `expected another cluster; got "${name}", which is cluster.name` }];
    }
    return problemIf(remoteClusters.indexOf(name) !== index, path, `expected each cluster once; got "${name}" twice`);
  });
}

function services({ config, catalog }: StackData): Problem[] {
  const own = Object.keys(catalog.services).map((service) => serviceHost(catalog, service));
  const remote = Object.entries(config.mesh.multiCluster.remoteServices);
  const hosts = remote.map(([, { host }]) => host);
  const addresses = remote.map(([, { address }]) => address);
  return remote.flatMap(([name, { host, address, location }], index) => {
    const path = `${PATH}.remoteServices.${name}`;
    const problems: Problem[] = [];
    if (location === "MESH_INTERNAL" && !CLUSTER_HOST.test(host)) {
      problems.push({
        path: `${path}.host`,
        message: `expected the name of the service in its cluster, by which the east-west gateway there finds it; got "${host}"`,
        remediation: "use <service>.<namespace>.svc.cluster.local, or location: MESH_EXTERNAL",
      });
    }
    if (own.includes(host)) {
      problems.push({ path: `${path}.host`, message: `expected a host that no service here has; got "${host}"` });
    }
    if (hosts.indexOf(host) !== index) {
      problems.push({ path: `${path}.host`, message: `expected each host once; got "${host}" twice` });
    }
    if (address !== undefined && addresses.indexOf(address) !== index) {
      problems.push({ path: `${path}.address`, message: `expected each address once; got "${address}" twice` });
    }
    return problems;
  });
}

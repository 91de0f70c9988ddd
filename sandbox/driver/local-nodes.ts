import type { KubeconfigPlatform } from "../../mesh/aws/schema/platform.ts";
import type { NodeSpec } from "../contracts.ts";

/** Pods a node, the kubelet's own default. */
const MAX_PODS = "110";

/** The nodes of an existing cluster as the stack's settings describe it: all alike, spread over its zones. */
export function localNodes({ nodes }: KubeconfigPlatform): NodeSpec[] {
  return Array.from({ length: nodes.count }, (_, index) => {
    const name = `local-${index}`;
    const zone = `local-${String.fromCharCode(97 + (index % nodes.zones))}`;
    const resources = { cpu: nodes.cpu, memory: nodes.memory, pods: MAX_PODS };
    return {
      name,
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": "local",
        "topology.kubernetes.io/zone": zone,
      },
      taints: [],
      allocatable: resources,
      capacity: resources,
    };
  });
}

import { objectName, type Finding } from "./finding.ts";
import { proxyOf, type ClusterView, type NamespaceView, type PodView } from "./view.ts";

/** Pods that should have a sidecar and have none, and proxies of another version than every istiod. */
export function sidecarFindings(view: ClusterView): Finding[] {
  return [...missingSidecars(view), ...otherVersions(view), ...outOfSync(view)];
}

function missingSidecars({ namespaces, pods }: ClusterView): Finding[] {
  const meshed = new Set(namespaces.filter(isMeshed).map(({ name }) => name));
  return pods
    .filter((pod) => meshed.has(pod.namespace) && pod.alive && !pod.hostNetwork && !optedOut(pod))
    .filter((pod) => proxyOf(pod) === undefined)
    .map((pod) => ({
      code: "pod-without-sidecar" as const,
      severity: "error" as const,
      object: objectName("Pod", pod),
      message: `the namespace ${pod.namespace} is in the mesh, and the pod has no istio-proxy: it started before istiod's injector answered, or before the namespace had its label`,
      remediation: `restart what made it: kubectl -n ${pod.namespace} delete pod ${pod.name}`,
    }));
}

function isMeshed({ labels }: NamespaceView): boolean {
  const injection = labels["istio-injection"];
  return injection === "enabled" || (injection === undefined && labels["istio.io/rev"] !== undefined);
}

function optedOut({ labels, annotations }: PodView): boolean {
  return [labels, annotations].some((from) => from["sidecar.istio.io/inject"] === "false");
}

function otherVersions({ pods, rootNamespace }: ClusterView): Finding[] {
  const istiods = pods.filter(({ namespace, labels }) => namespace === rootNamespace && labels["app"] === "istiod");
  const versions = new Set(istiods.flatMap(({ containers }) => containers.map(({ image }) => versionOf(image))));
  if (versions.size === 0) {
    return [];
  }
  const known = [...versions].join(" and ");
  return pods
    .filter(({ alive }) => alive)
    .flatMap((pod) => {
      const proxy = proxyOf(pod);
      return proxy === undefined || versions.has(versionOf(proxy.image))
        ? []
        : [{ pod, version: versionOf(proxy.image) }];
    })
    .map(({ pod, version }) => ({
      code: "proxy-other-version" as const,
      severity: "warning" as const,
      object: objectName("Pod", pod),
      message: `its proxy is of version ${version}, and istiod of ${known}`,
      remediation: `restart it, so that it gets the proxy of today: kubectl -n ${pod.namespace} delete pod ${pod.name}`,
    }));
}

/** The tag of an image without what names its build: `1.30.7` of `istio/proxyv2:1.30.7-distroless`. */
function versionOf(image: string): string {
  const tag = /:([^/:@]+)(@|$)/.exec(image)?.[1] ?? image;
  return tag.replace(/-(distroless|debug)$/, "");
}

function outOfSync({ proxies = [] }: ClusterView): Finding[] {
  return proxies
    .filter(({ behind }) => behind.length > 0)
    .map(({ proxy, behind }) => {
      const [name = proxy, namespace = ""] = proxy.split(".");
      return {
        code: "proxy-out-of-sync" as const,
        severity: "error" as const,
        object: objectName("Pod", { namespace, name }),
        message: `its proxy has not taken what istiod sent last: ${behind.join(", ")}`,
        remediation:
          "look for a rejection in istiod's log; when there is none, the proxy is short of CPU, or cut off from istiod",
      };
    });
}

import { problemIf, type Problem } from "../../stack/errors.ts";
import { isSet } from "../../stack/paths.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import { DEFAULT_ISTIO_VERSION } from "../control-plane/schema/revisions.ts";
import { isAmbient } from "./waypoint.ts";
import { contains, parseCidr } from "../../kubernetes/cidr.ts";
import { compareVersions, istioRefusal } from "../control-plane/revisions/istio-versions.ts";
import { revisionOf } from "../control-plane/revisions/revisions.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";
import { METADATA } from "../../kubernetes/network-peers.ts";

/** Settings of single services' proxies that no pod could have, or that would break the service's own calls. */
export const checkSidecars: Check = (stack) =>
  Object.entries(stack.catalog.services).flatMap(([name, service]) => {
    const path = `services.${name}.sidecar`;
    return isAmbient(stack.config.mesh)
      ? ambient(isSet(stack.written?.catalog, ["services", name, "sidecar"]), path)
      : [...proxyImage(stack, service, `${path}.image`), ...ports(stack, service, `${path}.excludeOutboundPorts`)];
  });

function ambient(hasSettings: boolean, path: string): Problem[] {
  return problemIf(
    hasSettings,
    path,
    "expected nothing, because mesh.mode is ambient and no pod has a sidecar; got settings of a sidecar",
    "remove them, or set mesh.mode: sidecar",
  );
}

/** A proxy must speak with its control plane, and must not bring back a flaw that the mesh's own version is free of. */
function proxyImage({ config }: StackData, { sidecar }: ServiceSpec, path: string): Problem[] {
  const { image } = sidecar;
  if (image === undefined) {
    return [];
  }
  const version = /:(\d+\.\d+\.\d+)[^/:@]*(@|$)/.exec(image)?.[1];
  if (version === undefined) {
    return [
      {
        path,
        message: `expected a tag that begins with the proxy's Istio version; got ${image}`,
        remediation: `such as registry.istio.io/release/proxyv2:${DEFAULT_ISTIO_VERSION}-debug`,
      },
    ];
  }
  const refusal = istioRefusal(version);
  if (refusal !== undefined) {
    return [{ path, message: refusal.reason, remediation: refusal.remediation }];
  }
  const plane = revisionOf(config.mesh, config.catalog.revisionTag).version;
  return problemIf(
    compareVersions(version, plane) > 0,
    path,
    `expected at most ${plane}, the version of the control plane that it asks; got ${version}`,
    "a proxy may be older than istiod, never newer; raise mesh.version first",
  );
}

function ports(stack: StackData, service: ServiceSpec, path: string): Problem[] {
  const used = portsOfCalls(stack, service);
  return service.sidecar.excludeOutboundPorts.flatMap(({ port, networks }, index, all) => {
    const at = `${path}[${index}]`;
    const callee = used.get(port);
    return [
      ...problemIf(
        callee !== undefined,
        `${at}.port`,
        `expected a port that none of the service's calls uses; got ${port}, on which it calls ${callee}`,
        `without the sidecar ${callee} gets no certificate and refuses the call`,
      ),
      ...problemIf(
        all.findIndex((other) => other.port === port) < index,
        `${at}.port`,
        `expected each port once; got ${port} twice`,
        "join their networks",
      ),
      ...networks.flatMap((network, position) => metadata(network, `${at}.networks[${position}]`)),
    ];
  });
}

/** Ports on which the sidecar has to see the service's calls, with who is called on it. */
function portsOfCalls({ catalog }: StackData, { calls, externalCalls }: ServiceSpec): Map<number, string> {
  const services = calls.flatMap(({ to }) => {
    const callee = catalog.services[to];
    return callee === undefined ? [] : [[servicePort(callee), to] as const];
  });
  const externals = externalCalls.flatMap((name) => {
    const called = catalog.externalServices[name];
    return called === undefined ? [] : [[called.tls === "originate" ? 80 : called.port, called.host] as const];
  });
  return new Map([...services, ...externals]);
}

function metadata(network: string, path: string): Problem[] {
  const [inner, outer] = [parseCidr(network), parseCidr(METADATA)];
  return problemIf(
    inner !== undefined && outer !== undefined && contains(outer, inner),
    path,
    `expected a network outside of ${METADATA}; got ${network}: the credentials of the node lie there`,
  );
}

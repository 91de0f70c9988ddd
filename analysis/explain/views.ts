import type { IRequestAuthentication } from "@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication";
import type { IServiceEntry } from "@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry";
import type { ISidecar } from "@kubernetes-models/istio/networking.istio.io/v1/Sidecar";
import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1/VirtualService";
import type { AnyObject } from "../objects/object.ts";

/** An object as the API server stores it: the types of what the program writes promise more. */
interface View<S> extends AnyObject {
  readonly spec: NonNullable<S>;
}

export type VirtualServiceView = View<IVirtualService["spec"]>;
export type ServiceEntryView = View<IServiceEntry["spec"]>;
export type SidecarView = View<ISidecar["spec"]>;
export type RequestAuthenticationView = View<IRequestAuthentication["spec"]>;
export type HttpRoute = NonNullable<VirtualServiceView["spec"]["http"]>[number];
export type HttpMatch = NonNullable<HttpRoute["match"]>[number];
export type TlsRoute = NonNullable<VirtualServiceView["spec"]["tls"]>[number];
export type JwtRule = NonNullable<RequestAuthenticationView["spec"]["jwtRules"]>[number];

/** A gateway as VirtualServices name it: `mesh`, `namespace/name`, or a name of their own namespace. */
export function gatewayKey(gateway: string, namespace: string): string {
  return gateway === "mesh" || gateway.includes("/") ? gateway : `${namespace}/${gateway}`;
}

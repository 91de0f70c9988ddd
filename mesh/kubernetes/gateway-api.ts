/*
 * The fields of the Gateway API's HTTPRoute and Gateway that the model sets or explains: standard channel of v1.5.1, with
 * which Istio 1.30 is built.
 */

/** A value that is compared as a whole: equal, or by a pattern (RE2 in Istio). */
export interface ValueMatch {
  readonly name: string;
  readonly type: "Exact" | "RegularExpression";
  readonly value: string;
}

/** Which requests: every condition must hold. */
export interface HttpRouteMatch {
  readonly path: { readonly type: "Exact" | "PathPrefix"; readonly value: string };
  readonly method?: string;
  readonly headers?: readonly ValueMatch[];
  readonly queryParams?: readonly ValueMatch[];
}

/** A header and its value. */
export interface HeaderValue {
  readonly name: string;
  readonly value: string;
}

/** What becomes of headers. */
export interface HeaderModifier {
  readonly set?: readonly HeaderValue[];
  readonly add?: readonly HeaderValue[];
  readonly remove?: readonly string[];
}

/** What becomes of a path: the whole of it, or what the match compared. */
export type PathModifier =
  | { readonly type: "ReplaceFullPath"; readonly replaceFullPath: string }
  | { readonly type: "ReplacePrefixMatch"; readonly replacePrefixMatch: string };

/** A Service of the route's own namespace. */
export interface ServiceRef {
  readonly name: string;
  readonly port: number;
}

/** A filter that only changes headers: the one kind that may stand at a backend in Istio. */
export type HeaderFilter =
  | { readonly type: "RequestHeaderModifier"; readonly requestHeaderModifier: HeaderModifier }
  | { readonly type: "ResponseHeaderModifier"; readonly responseHeaderModifier: HeaderModifier };

/** What a rule does beside sending requests on. */
export type HttpRouteFilter =
  | HeaderFilter
  | {
      readonly type: "URLRewrite";
      readonly urlRewrite: { readonly hostname?: string; readonly path?: PathModifier };
    }
  | {
      readonly type: "RequestRedirect";
      readonly requestRedirect: {
        readonly scheme?: "http" | "https";
        readonly hostname?: string;
        readonly path?: PathModifier;
        readonly port?: number;
        readonly statusCode: number;
      };
    }
  | {
      readonly type: "RequestMirror";
      readonly requestMirror: {
        readonly backendRef: ServiceRef;
        /** Whole per cent; else `fraction`. */
        readonly percent?: number;
        readonly fraction?: { readonly numerator: number; readonly denominator: number };
      };
    }
  | {
      readonly type: "CORS";
      readonly cors: {
        readonly allowOrigins: readonly string[];
        readonly allowCredentials?: boolean;
        readonly allowMethods?: readonly string[];
        readonly allowHeaders?: readonly string[];
        readonly exposeHeaders?: readonly string[];
        /** Seconds. The API's default: 5. */
        readonly maxAge?: number;
      };
    };

/** Where a share of the requests goes. */
export interface BackendRef extends ServiceRef {
  readonly weight?: number;
  readonly filters?: readonly HeaderFilter[];
}

/** One rule of an HTTPRoute. */
export interface HttpRouteRule {
  readonly name: string;
  readonly matches: readonly HttpRouteMatch[];
  readonly filters?: readonly HttpRouteFilter[];
  readonly backendRefs?: readonly BackendRef[];
  readonly timeouts?: { readonly request: string };
}

/** A Gateway, and one of its listeners where not all are meant. */
export interface ParentRef {
  readonly name: string;
  readonly namespace: string;
  readonly sectionName?: string;
}

export interface HttpRouteSpec {
  readonly parentRefs: readonly ParentRef[];
  readonly hostnames: readonly string[];
  readonly rules: readonly HttpRouteRule[];
}

/** A port that a Gateway listens on, for one host or for all. */
export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  readonly hostname?: string;
  readonly tls?: {
    readonly mode: "Terminate";
    readonly certificateRefs: readonly { readonly kind: "Secret"; readonly name: string }[];
  };
  readonly allowedRoutes: {
    readonly namespaces: {
      readonly from: "Selector";
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    };
  };
}

/** A Gateway whose pods somebody else runs: the Service at its address. */
export interface IngressGatewaySpec {
  readonly gatewayClassName: "istio";
  readonly addresses: readonly { readonly type: "Hostname"; readonly value: string }[];
  readonly listeners: readonly Listener[];
}

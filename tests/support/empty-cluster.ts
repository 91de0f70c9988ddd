import type { ClusterView } from "../../analysis/doctor/view.ts";

/** A cluster with nothing in it, where everything was looked at: the ground that the doctor's tests build on. */
export const EMPTY_CLUSTER: ClusterView = {
  now: Date.parse("2026-11-21"),
  rootNamespace: "istio-system",
  trustDomains: ["cluster.local"],
  namespaces: [],
  pods: [],
  lostPods: [],
  services: [],
  autoscalers: [],
  certificates: [],
  issuances: [],
  virtualServices: [],
  destinationRules: [],
  gateways: [],
  gatewayApi: [],
  peerAuthentications: [],
  authorizationPolicies: [],
  proxies: [],
  declared: undefined,
};

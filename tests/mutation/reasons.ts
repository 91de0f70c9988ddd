/** Mutants that mean the same as what they were made from, and why. Anything else that survives lacks a check. */
const SAME: readonly (readonly [mutant: RegExp, because: string])[] = [
  [
    /^(dev|staging|prod|local): AuthorizationPolicy \S+-health: for every workload$/,
    "all services of this catalog have the same probes, so each may be asked for them already",
  ],
  [/AuthorizationPolicy istio-egress\/\S+: for every workload$/, "the gateway is all that runs in its namespace"],
  [/NetworkPolicy \S+: without Egress$/, "a service that calls nobody opens no way out, and deny-all closes them"],
  [/PeerAuthentication ecommerce\/user: STRICT$/, "the mesh is STRICT, and this object is about one port"],
];

/** Why nobody has to notice a mutant; undefined: somebody has to. */
export function reasonOf(mutant: string): string | undefined {
  return SAME.find(([pattern]) => pattern.test(mutant))?.[1];
}

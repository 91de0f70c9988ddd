import type { CanarySpec, ServiceSpec } from "../../stack/catalog.ts";

/** A version and its share of the requests, in per cent. */
export interface Share {
  readonly version: string;
  readonly weight: number;
}

/** Share of the canary that holds now, in per cent: that of its phase, or its weight. */
export function canaryWeight({ phase, phases, weight }: CanarySpec): number {
  return weight ?? (phase === undefined || phase === 0 ? 0 : (phases[phase - 1] ?? 0));
}

/** The version that answers what the canary does not: the one named, or the only other one. */
export function stableVersion(service: ServiceSpec, { version, stable }: CanarySpec): string | undefined {
  const others = Object.keys(service.versions).filter((name) => name !== version);
  return stable ?? (others.length === 1 ? others[0] : undefined);
}

/**
 * How the requests to a service are split among its versions, in per cent; together 100. With a canary the stable
 * version and the canary, also while one of them has 0: whoever shifts the weights finds both. Other versions get
 * requests by rules alone.
 */
export function splitOf(service: ServiceSpec): Share[] {
  const { canary, versions } = service;
  if (canary === undefined) {
    return Object.entries(versions).map(([version, { weight }]) => ({ version, weight: weight ?? 100 }));
  }
  const weight = canaryWeight(canary);
  return [...stableOnly(service, 100 - weight), { version: canary.version, weight }];
}

/** The stable version alone: what answers requests that a canary's match leaves out. */
export function stableOnly(service: ServiceSpec, weight = 100): Share[] {
  const stable = service.canary === undefined ? undefined : stableVersion(service, service.canary);
  return stable === undefined ? [] : [{ version: stable, weight }];
}

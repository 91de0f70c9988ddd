import { allowanceOf } from "./rate-limit-settings.ts";
import { matchesString } from "./string-match.ts";
import type { Limit, MeshRequest } from "./types.ts";
import { hasLabels, nameOf, namespaceOf, type World } from "./world.ts";

const LOCAL = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/** The fields of Envoy's filter that decide what it counts. */
interface LocalRateLimit {
  readonly "@type": string;
  readonly token_bucket?: TokenBucket;
  readonly rate_limits?: readonly { readonly actions: readonly Action[] }[];
  readonly descriptors?: readonly { readonly entries: readonly Entry[]; readonly token_bucket: TokenBucket }[];
}

interface TokenBucket {
  readonly max_tokens: number;
  readonly fill_interval: string;
}

/** A part of a descriptor; without a value it stands for every value. */
interface Entry {
  readonly key: string;
  readonly value?: string;
}

interface Action {
  readonly request_headers?: { readonly header_name: string; readonly descriptor_key: string };
  readonly header_value_match?: {
    readonly descriptor_key: string;
    readonly descriptor_value: string;
    readonly headers: readonly {
      readonly name: string;
      readonly string_match: { readonly safe_regex: { readonly regex: string } };
      readonly invert_match?: boolean;
    }[];
  };
}

/** Where a proxy runs. */
interface ProxyPlace {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The limits by which a workload's own proxy counts a request. */
export function localLimitsOf(world: World, place: ProxyPlace, request: MeshRequest): Limit[] {
  return filtersAt(world, place).flatMap((filter) =>
    filter.spec.configPatches.flatMap(({ patch }) => {
      const { typed_config: config } = patch.value as unknown as { readonly typed_config?: LocalRateLimit };
      return config?.["@type"] === LOCAL
        ? counting(config, request).map((says) => ({ kind: "localRateLimit" as const, object: nameOf(filter), says }))
        : [];
    }),
  );
}

/** The limits by which a gateway has a request counted; how many it may be, where the stack gives the rate limit service its limits. */
export function globalLimitsOf(world: World, place: ProxyPlace, request: MeshRequest): Limit[] {
  return filtersAt(world, place).flatMap((filter) =>
    filter.spec.configPatches
      .map(({ patch }) => patch.value as unknown as Pick<LocalRateLimit, "rate_limits">)
      .flatMap(({ rate_limits = [] }) => rate_limits)
      .flatMap(({ actions }) => {
        const descriptor = descriptorOf(actions, request);
        if (descriptor === undefined) {
          return [];
        }
        const allowed = allowanceOf(world, filter, descriptor);
        const counted = descriptor.map(({ key, value = "" }) => `${key} ${value}`).join(", ");
        return [
          {
            kind: "globalRateLimit" as const,
            object: nameOf(filter),
            says: `${allowed === undefined ? "" : `${allowed}, `}counted by the rate limit service as ${counted}`,
          },
        ];
      }),
  );
}

function filtersAt(world: World, place: ProxyPlace): World["envoyFilters"] {
  return world.envoyFilters.filter(
    (filter) =>
      [place.namespace, world.rootNamespace].includes(namespaceOf(filter)) &&
      hasLabels(place.labels, filter.spec.workloadSelector?.labels),
  );
}

function counting(
  { token_bucket, rate_limits = [], descriptors = [] }: LocalRateLimit,
  request: MeshRequest,
): string[] {
  const produced = rate_limits
    .map(({ actions }) => descriptorOf(actions, request))
    .filter((entries) => entries !== undefined);
  return [
    ...(token_bucket === undefined ? [] : [words(token_bucket, [])]),
    ...descriptors
      .filter(({ entries }) => produced.some((descriptor) => isFor(entries, descriptor)))
      .map(({ entries, token_bucket: bucket }) => words(bucket, entries)),
  ];
}

/** The descriptor of a request; undefined where one of the actions does not apply, as in Envoy. */
export function descriptorOf(actions: readonly Action[], { headers, path }: MeshRequest): Entry[] | undefined {
  const entries = actions.map(({ request_headers: header, header_value_match: match }): Entry | undefined => {
    if (header !== undefined) {
      const value = headers[header.header_name];
      return value === undefined ? undefined : { key: header.descriptor_key, value };
    }
    const applies = match?.headers.every(
      ({ name, string_match: { safe_regex: regex }, invert_match: isInverted = false }) =>
        matchesString({ regex: regex.regex }, name === ":path" ? path : headers[name]) !== isInverted,
    );
    return match === undefined || applies !== true
      ? undefined
      : { key: match.descriptor_key, value: match.descriptor_value };
  });
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function isFor(wanted: readonly Entry[], descriptor: readonly Entry[]): boolean {
  return (
    wanted.length === descriptor.length &&
    wanted.every(({ key, value }, index) => {
      const entry = descriptor[index];
      return entry?.key === key && (value === undefined || value === entry.value);
    })
  );
}

function words({ max_tokens, fill_interval }: TokenBucket, entries: readonly Entry[]): string {
  const of = entries.map(({ key, value }) => (value === undefined ? `for each ${key}` : `with ${key} ${value}`));
  return [`${max_tokens} requests in ${fill_interval} at each pod`, ...of].join(" ");
}

import { parse } from "yaml";
import type { EnvoyFilterObject } from "../../mesh/kubernetes/objects.ts";
import type { Workload } from "../authorization/request.ts";
import { hasLabels, nameOf, namespaceOf } from "../objects/object.ts";
import { matchesString } from "./http-match.ts";
import type { Limit, MeshRequest } from "./types.ts";
import type { World } from "./world.ts";

const LOCAL = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/** A part of a descriptor; without a value it holds for every value. */
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

interface TokenBucket {
  readonly max_tokens: number;
  readonly fill_interval: string;
}

/** The fields of Envoy's filters that decide what they count, by which service, and in which domain. */
interface Patch {
  readonly rate_limits?: readonly { readonly actions: readonly Action[] }[];
  readonly typed_config?: {
    readonly "@type": string;
    readonly token_bucket?: TokenBucket;
    readonly rate_limits?: readonly { readonly actions: readonly Action[] }[];
    readonly descriptors?: readonly { readonly entries: readonly Entry[]; readonly token_bucket: TokenBucket }[];
    readonly domain?: string;
    readonly rate_limit_service?: {
      readonly grpc_service: { readonly envoy_grpc: { readonly cluster_name: string } };
    };
  };
}

/** A limit as envoyproxy/ratelimit reads it. */
interface Descriptor extends Entry {
  readonly rate_limit?: { readonly unit: string; readonly requests_per_unit: number };
  readonly descriptors?: readonly Descriptor[];
}

/** The limits by which a workload's own proxy counts a request. */
export function localLimitsOf(world: World, workload: Workload, request: MeshRequest): Limit[] {
  return filtersAt(world, workload).flatMap((filter) =>
    patchesOf(filter).flatMap(({ typed_config: config }) => {
      if (config?.["@type"] !== LOCAL) {
        return [];
      }
      const { token_bucket, descriptors = [] } = config;
      const produced = descriptorsOf(config, request);
      const counting = descriptors.filter(({ entries }) => produced.some((descriptor) => isFor(entries, descriptor)));
      const all = [...(token_bucket === undefined ? [] : [{ token_bucket, entries: [] }]), ...counting];
      return all.map(({ token_bucket: bucket, entries }): Limit => {
        return { kind: "localRateLimit", object: nameOf(filter), message: bucketWords(bucket, entries) };
      });
    }),
  );
}

/** The limits by which a gateway has a request counted; how many it may be, where the stack gives the rate limit service its limits. */
export function globalLimitsOf(world: World, workload: Workload, request: MeshRequest): Limit[] {
  return filtersAt(world, workload).flatMap((filter) =>
    patchesOf(filter)
      .flatMap((patch) => descriptorsOf(patch, request))
      .map((descriptor): Limit => {
        const limit = settingOf(world, filter, descriptor);
        const allowed = limit === undefined ? "" : `${limit.requests_per_unit} requests a ${limit.unit}, `;
        const counted = descriptor.map(({ key, value = "" }) => `${key} ${value}`).join(", ");
        const message = `${allowed}counted by the rate limit service as ${counted}`;
        return { kind: "globalRateLimit", object: nameOf(filter), message };
      }),
  );
}

function filtersAt({ envoyFilters, rootNamespace }: World, { namespace, labels }: Workload) {
  return envoyFilters.filter(
    (filter) =>
      [namespace, rootNamespace].includes(namespaceOf(filter)) &&
      hasLabels(labels, filter.spec.workloadSelector?.labels),
  );
}

function patchesOf({ spec }: EnvoyFilterObject): Patch[] {
  return spec.configPatches.map(({ patch }) => patch.value as unknown as Patch);
}

function descriptorsOf({ rate_limits = [] }: Pick<Patch, "rate_limits">, request: MeshRequest): Entry[][] {
  return rate_limits.flatMap(({ actions }) => {
    const descriptor = descriptorOf(actions, request);
    return descriptor === undefined ? [] : [descriptor];
  });
}

/** The descriptor of a request; undefined where one of the actions does not apply, as in Envoy. */
function descriptorOf(actions: readonly Action[], { headers, path }: MeshRequest): Entry[] | undefined {
  const entries = actions.map(({ request_headers: header, header_value_match: match }): Entry | undefined => {
    if (header !== undefined) {
      const value = headers[header.header_name];
      return value === undefined ? undefined : { key: header.descriptor_key, value };
    }
    const applies = match?.headers.every(
      ({ name, string_match: { safe_regex: regex }, invert_match: isInverted = false }) =>
        matchesString({ regex: regex.regex }, name === ":path" ? path : headers[name]) !== isInverted,
    );
    return match !== undefined && applies ? { key: match.descriptor_key, value: match.descriptor_value } : undefined;
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

function bucketWords({ max_tokens, fill_interval }: TokenBucket, entries: readonly Entry[]): string {
  const of = entries.map(({ key, value }) => (value === undefined ? `for each ${key}` : `with ${key} ${value}`));
  return [`${max_tokens} requests in ${fill_interval} at each pod`, ...of].join(" ");
}

/**
 * The limit of a rate limit service under a descriptor: from the ConfigMap that it reads, which lies in its namespace. Undefined where
 * that is not one of the objects: the service is somebody else's.
 */
function settingOf({ configMaps }: World, filter: EnvoyFilterObject, entries: readonly Entry[]) {
  const { domain, rate_limit_service: service } =
    patchesOf(filter)
      .map(({ typed_config }) => typed_config)
      .find((config) => config?.rate_limit_service !== undefined) ?? {};
  const namespace = /\|\|[^.]+\.([^.]+)\.svc\./.exec(service?.grpc_service.envoy_grpc.cluster_name ?? "")?.[1];
  const files = configMaps
    .filter((object) => namespaceOf(object) === namespace)
    .flatMap(({ data }) => Object.values(data))
    .map((text) => parse(text) as { readonly domain?: string; readonly descriptors?: readonly Descriptor[] } | null)
    .filter((file) => file?.domain === domain);
  return files.map((file) => limitOf(file?.descriptors ?? [], entries)).find((limit) => limit !== undefined);
}

function limitOf(descriptors: readonly Descriptor[], [entry, ...rest]: readonly Entry[]): Descriptor["rate_limit"] {
  const of = (value: string | undefined) =>
    descriptors.find((descriptor) => descriptor.key === entry?.key && descriptor.value === value);
  // A descriptor of that very value goes before one of any value.
  const found = of(entry?.value) ?? of(undefined);
  return rest.length === 0 ? found?.rate_limit : limitOf(found?.descriptors ?? [], rest);
}

import { parse } from "yaml";
import type { EnvoyFilterObject } from "../../mesh/kubernetes/objects.ts";
import { namespaceOf, type World } from "./world.ts";

/** A limit as envoyproxy/ratelimit reads it; without a value it stands for every value. */
interface Descriptor {
  readonly key: string;
  readonly value?: string;
  readonly rate_limit?: { readonly unit: string; readonly requests_per_unit: number };
  readonly descriptors?: readonly Descriptor[];
}

/** The fields of Envoy's filter that say whom it asks, and for which domain. */
interface Asking {
  readonly typed_config?: {
    readonly domain?: string;
    readonly rate_limit_service?: {
      readonly grpc_service: { readonly envoy_grpc: { readonly cluster_name: string } };
    };
  };
}

/**
 * How many requests a rate limit service lets through under a descriptor, in words: from the ConfigMap that it reads, which lies in its
 * namespace. Undefined where that is not one of the objects: the service is somebody else's.
 */
export function allowanceOf(
  { configMaps }: World,
  filter: EnvoyFilterObject,
  entries: readonly { readonly key: string; readonly value?: string }[],
): string | undefined {
  const { domain, rate_limit_service: service } =
    filter.spec.configPatches
      .map(({ patch }) => (patch.value as unknown as Asking).typed_config)
      .find((config) => config?.rate_limit_service !== undefined) ?? {};
  const namespace = /\|\|[^.]+\.([^.]+)\.svc\./.exec(service?.grpc_service.envoy_grpc.cluster_name ?? "")?.[1];
  const files = configMaps
    .filter((object) => namespaceOf(object) === namespace)
    .flatMap(({ data }) => Object.values(data))
    .map((text) => parse(text) as { readonly domain?: string; readonly descriptors?: readonly Descriptor[] } | null)
    .filter((file) => file?.domain === domain);
  const limit = files.map((file) => limitOf(file?.descriptors ?? [], entries)).find((found) => found !== undefined);
  return limit && `${limit.requests_per_unit} requests a ${limit.unit}`;
}

function limitOf(
  descriptors: readonly Descriptor[],
  [entry, ...rest]: readonly { readonly key: string; readonly value?: string }[],
): Descriptor["rate_limit"] {
  const of = (value: string | undefined) =>
    descriptors.find((descriptor) => descriptor.key === entry?.key && descriptor.value === value);
  // A descriptor of that very value goes before one of any value.
  const found = of(entry?.value) ?? of(undefined);
  return rest.length === 0 ? found?.rate_limit : limitOf(found?.descriptors ?? [], rest);
}

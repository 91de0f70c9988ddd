import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import type { KarpenterConfig } from "../schema/karpenter.ts";
import { familiesOf, INSTANCE_TYPES } from "../instance-types.ts";
import { permittedTypes } from "./instances.ts";
import type { Check } from "../../stack/check.ts";

/** Karpenter has something to start, within limits that allow one of it. */
export const checkKarpenter: Check = ({ config }) => {
  const { karpenter } = config.cluster;
  if (config.platform.kind !== "eks" || !karpenter.enabled) {
    return [];
  }
  const wrongFamilies = unknownFamilies(karpenter);
  return wrongFamilies.length > 0 ? wrongFamilies : [...nothingToStart(karpenter), ...limits(karpenter)];
};

function unknownFamilies({ instanceFamilies }: KarpenterConfig): Problem[] {
  const known = new Set(Object.keys(INSTANCE_TYPES).map((name) => name.split(".")[0]));
  return instanceFamilies.flatMap((family, index) =>
    problemUnless(
      known.has(family),
      `cluster.karpenter.instanceFamilies[${index}]`,
      `expected an instance family whose sizes are known; got "${family}"`,
      `known families: ${familiesOf()}`,
    ),
  );
}

function nothingToStart(karpenter: KarpenterConfig): Problem[] {
  const { instanceCategories, instanceFamilies, minGeneration, architectures, vcpus } = karpenter;
  if (permittedTypes(karpenter).length > 0) {
    return [];
  }
  const families = instanceFamilies.length === 0 ? "" : `, of ${instanceFamilies.join(", ")}`;
  const asked = `${instanceCategories.join(", ")}${families}, generation ${minGeneration} or later, ${architectures.join(" or ")}, ${vcpus.min} to ${vcpus.max} vCPU`;
  return [
    {
      path: instanceFamilies.length === 0 ? "cluster.karpenter.minGeneration" : "cluster.karpenter.instanceFamilies",
      message: `expected instance types that exist; got none for ${asked}`,
      remediation: `families of ${architectures.join(" and ")}: ${architectures.map(familiesOf).join(", ")}`,
    },
  ];
}

/** Karpenter starts nothing that would go beyond a limit: with one below the smallest machine, nothing at all. */
function limits(karpenter: KarpenterConfig): Problem[] {
  const types = permittedTypes(karpenter).map(([, type]) => type);
  const [cpu, memoryGiB] = [
    Math.min(...types.map(({ vcpu }) => vcpu)),
    Math.min(...types.map(({ memoryMiB }) => memoryMiB / 1024)),
  ];
  const tooLow = (key: "cpu" | "memoryGiB", least: number): Problem[] =>
    problemIf(
      karpenter.limits[key] < least,
      `cluster.karpenter.limits.${key}`,
      `expected at least ${least}, the smallest instance that it may start; got ${karpenter.limits[key]}`,
    );
  return types.length === 0 ? [] : [...tooLow("cpu", cpu), ...tooLow("memoryGiB", memoryGiB)];
}

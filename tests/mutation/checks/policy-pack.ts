import { RELEASES } from "../../../mesh/kubernetes/names.ts";
import { judge } from "../../../analysis/policy/index.ts";
import type { PolicyResource } from "../../../analysis/policy/rules/rule.ts";
import type { Check } from "./check.ts";

/** The mandatory rules of the policy pack. */
export const policyPack: Check = (_, objects) => {
  const installed: PolicyResource = {
    type: "kubernetes:helm.sh/v3:Release",
    urn: RELEASES.istiod,
    name: RELEASES.istiod,
    props: { chart: "istiod" },
  };
  const resources = objects.map(({ apiVersion, kind, metadata, ...rest }) => ({
    type: `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`,
    urn: `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
    name: metadata.name,
    props: { metadata, ...rest },
  }));
  const found = judge([installed, ...resources]).find(({ rule }) => rule.level === "mandatory");
  return found && `rule ${found.rule.name}: ${found.message}`;
};

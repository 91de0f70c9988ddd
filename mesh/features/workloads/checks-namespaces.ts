import { NAMESPACES, RATE_LIMIT_NAMESPACE } from "../../kubernetes/names.ts";
import type { Check } from "../../stack/check.ts";

/**
 * The application has a namespace of its own. In one of the platform's its deny-all policy and its sidecars would meet
 * the control plane; those of Kubernetes exist already and cannot be made or removed.
 */
export const checkNamespaces: Check = ({ config, catalog }) => {
  const { namespace } = catalog;
  const taken = ([...Object.values(NAMESPACES), RATE_LIMIT_NAMESPACE] as string[]).includes(namespace);
  if (!taken && namespace !== "default" && !namespace.startsWith("kube-")) {
    return [];
  }
  return [
    {
      path: config.catalog.namespace === undefined ? "namespace" : "catalog.namespace",
      message: `expected a namespace that is the application's alone; got "${namespace}", which ${taken ? "the platform" : "Kubernetes"} uses`,
    },
  ];
};

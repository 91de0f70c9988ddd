import { serviceAccount } from "./build.ts";
import type { Representation } from "./types.ts";

/**
 * istio base: its CustomResourceDefinitions are the real ones (installed from the pinned module istio.io/api, kept on
 * removal as the chart keeps them); its webhook configuration is left out, as nothing would answer.
 */
export const istioBase: Representation = {
  defaults: {},
  installsIstioCrds: true,
  objects: ({ namespace, name }) => [
    serviceAccount({ name: "istio-reader-service-account", namespace, labels: { app: "istio-reader", release: name } }),
  ],
};

import { make } from "../../kubernetes/make.ts";
import { MANAGED_BY, serviceLabels } from "../../kubernetes/labels.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { PeerAuthenticationObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { plainTextReason } from "./plain-text-reason.ts";

/** Mutual TLS of the whole mesh: in the root namespace and without selector, so that it holds everywhere. */
export function peerAuthentication(stack: StackData): PeerAuthenticationObject {
  const mode = stack.config.security.mtls;
  return make(
    "PeerAuthentication",
    {
      name: "default",
      namespace: NAMESPACES.istioSystem,
      labels: MANAGED_BY,
      ...(mode === "STRICT" ? {} : plainTextReason(stack)),
    },
    { mtls: { mode } },
  );
}

/**
 * The services that take something else than the rest of the mesh: because the catalog says so, or because they are still on
 * their way (`security.migration`).
 */
export function servicePeerAuthentications(stack: StackData): PeerAuthenticationObject[] {
  const { config, catalog } = stack;
  const migrating = new Set(config.security.migration.map(({ service }) => service));
  return Object.entries(catalog.services).flatMap(([name, { mtls }]) => {
    const mode = migrating.has(name) ? "PERMISSIVE" : mtls.mode;
    const ports = Object.entries(mtls.ports);
    if (mode === undefined && ports.length === 0) {
      return [];
    }
    const takesPlainText = mode === "PERMISSIVE" || ports.some(([, portMode]) => portMode !== "STRICT");
    const portLevelMtls = Object.fromEntries(ports.map(([port, portMode]) => [port, { mode: portMode }]));
    return [
      make(
        "PeerAuthentication",
        {
          name,
          namespace: catalog.namespace,
          labels: serviceLabels(catalog, name),
          ...(takesPlainText ? plainTextReason(stack) : {}),
        },
        {
          selector: { matchLabels: { app: name } },
          ...(mode === undefined ? {} : { mtls: { mode } }),
          ...(ports.length === 0 ? {} : { portLevelMtls }),
        },
      ),
    ];
  });
}

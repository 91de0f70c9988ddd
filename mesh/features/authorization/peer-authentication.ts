import { defined } from "../../kubernetes/defined.ts";
import { PLAIN_TEXT_REASON } from "../../kubernetes/labels.ts";
import { make, named, ofService } from "../../kubernetes/make.ts";
import type { Metadata } from "../../kubernetes/metadata.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { PeerAuthenticationObject } from "../../kubernetes/objects.ts";
import type { StackConfig } from "../../stack/config.ts";
import type { StackData } from "../../stack/stack.ts";
import { exceptionReason } from "./exception-reason.ts";

/** Mutual TLS of the whole mesh: in the root namespace and without selector, so that it holds everywhere. */
export function peerAuthentication({ config }: StackData): PeerAuthenticationObject {
  const mode = config.security.mtls;
  const metadata = { ...named("default", NAMESPACES.istioSystem), ...plainTextReason(config, [mode]) };
  return make("PeerAuthentication", metadata, { mtls: { mode } });
}

/**
 * The services that take something else than the rest of the mesh: because the catalog declares it, or because they are still on
 * their way (`security.migration`).
 */
export function servicePeerAuthentications({ config, catalog }: StackData): PeerAuthenticationObject[] {
  const migrating = new Set(config.security.migration.map(({ service }) => service));
  return Object.entries(catalog.services).flatMap(([name, { mtls }]) => {
    const mode = migrating.has(name) ? "PERMISSIVE" : mtls.mode;
    const ports = Object.entries(mtls.ports);
    if (mode === undefined && ports.length === 0) {
      return [];
    }
    const modes = [mode ?? "STRICT", ...Object.values(mtls.ports)];
    const portLevelMtls = Object.fromEntries(ports.map(([port, portMode]) => [port, { mode: portMode }]));
    return make(
      "PeerAuthentication",
      { ...ofService(catalog, name), ...plainTextReason(config, modes) },
      {
        selector: { matchLabels: { app: name } },
        ...defined({
          mtls: mode === undefined ? undefined : { mode },
          portLevelMtls: ports.length === 0 ? undefined : portLevelMtls,
        }),
      },
    );
  });
}

/**
 * Annotation of an object that lets plain text in by one of its modes: why the configuration does, so that reviewers and the
 * policy pack find the reason where the door is. None where the stack gives no reason.
 */
function plainTextReason({ security }: StackConfig, modes: readonly string[]): Pick<Metadata, "annotations"> {
  const reason = modes.every((mode) => mode === "STRICT") ? undefined : exceptionReason(security, "permissive-mtls");
  return reason === undefined ? {} : { annotations: { [PLAIN_TEXT_REASON]: reason } };
}

import { NAMESPACES, RELEASES } from "../../../mesh/kubernetes/names.ts";
import { peerMode } from "../../../analysis/authorization/peer-mode.ts";
import { ofKind, reading } from "./check.ts";

/** Every port of every service, of the gateways and of a stranger takes what the configuration says. */
export const mutualTls = reading(["PeerAuthentication"], ({ catalog, config }, objects) => {
  const policies = ofKind(objects, "PeerAuthentication");
  const { mtls: ofMesh, migration } = config.security;
  const others = [
    { namespace: NAMESPACES.ingress, labels: { app: RELEASES.ingressGateway } },
    { namespace: NAMESPACES.egress, labels: { app: RELEASES.egressGateway } },
    { namespace: "strangers", labels: { app: "stranger" } },
    { namespace: catalog.namespace, labels: { app: "stranger" } },
  ].map((workload) => ({ workload, port: 8080, expected: ofMesh }));
  const services = Object.entries(catalog.services).flatMap(([name, { port, extraPorts, mtls }]) => {
    const migrates = migration.some(({ service }) => service === name);
    return [port, ...Object.values(extraPorts)].map((number) => ({
      workload: { namespace: catalog.namespace, labels: { app: name } },
      port: number,
      expected: mtls.ports[String(number)] ?? (migrates ? "PERMISSIVE" : (mtls.mode ?? ofMesh)),
    }));
  });
  const wrong = [...services, ...others].find(
    ({ workload, port, expected }) => peerMode(policies, workload, port, NAMESPACES.istioSystem).mode !== expected,
  );
  return wrong && `${wrong.workload.labels.app} on ${wrong.port}: expected ${wrong.expected}`;
});

import { problemIf, type Problem } from "../../stack/errors.ts";
import { nearest } from "../../stack/nearest.ts";
import type { Catalog } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";
import { PLAIN_PORT } from "./externals.ts";
import type { Check } from "../../stack/check.ts";
import { passthroughsOf } from "../../stack/routes.ts";

/** What is declared as external lies outside, once, and is called by its name. */
export const checkExternalServices: Check = (stack) => [
  ...internalHosts(stack),
  ...gatewayProblems(stack),
  ...callProblems(stack.catalog),
];

function internalHosts({ config, catalog }: StackData): Problem[] {
  const { externalServices } = catalog;
  const hosts = [
    ...catalog.hosts,
    ...config.traffic.internalGateway.hosts,
    ...passthroughsOf(catalog).flatMap(({ spec }) => spec.hosts),
  ];
  const declared = Object.entries(externalServices);
  return declared.flatMap(([name, { host, port }], index) => {
    const path = `externalServices.${name}`;
    const twin = declared.slice(0, index).find(([, other]) => other.host === host);
    return [
      ...problemIf(
        isInternal(host, hosts),
        `${path}.host`,
        `expected a host outside the mesh; got "${host}", which is inside`,
        "call a service of the catalog with calls",
      ),
      ...problemIf(
        twin !== undefined,
        `${path}.host`,
        `expected each host once; got "${host}", as externalServices.${twin?.[0] ?? ""} has`,
      ),
      ...problemIf(
        port === PLAIN_PORT,
        `${path}.port`,
        `expected a port that answers TLS; got ${PLAIN_PORT}, which callers ask plainly`,
      ),
    ];
  });
}

/** Whether a gateway answers the host, or Kubernetes does. */
function isInternal(host: string, hosts: readonly string[]): boolean {
  return (
    hosts.some((own) => own === host || (own.startsWith("*.") && host.endsWith(own.slice(1)))) ||
    host.endsWith(".cluster.local") ||
    host.endsWith(".svc")
  );
}

const gatewayProblems: Check = ({ config, catalog }) =>
  config.mesh.egressGateway.enabled
    ? []
    : Object.entries(catalog.externalServices).flatMap(([name, { egressGateway }]) =>
        problemIf(
          egressGateway,
          `externalServices.${name}.egressGateway`,
          "expected false, because mesh.egressGateway.enabled is false; got true",
        ),
      );

function callProblems({ services, externalServices }: Catalog): Problem[] {
  const known = Object.keys(externalServices);
  return Object.entries(services).flatMap(([service, { externalCalls }]) =>
    externalCalls.flatMap((name, index) => {
      const path = `services.${service}.externalCalls[${index}]`;
      if (!known.includes(name)) {
        const match = nearest(name, known);
        const remediation = match === undefined ? "declare it under externalServices" : `did you mean ${match}?`;
        return [{ path, message: `expected an external service of the catalog; got "${name}"`, remediation }];
      }
      return problemIf(externalCalls.indexOf(name) < index, path, `expected each once; got "${name}" again`);
    }),
  );
}

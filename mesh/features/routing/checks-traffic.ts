import { problemIf, problemUnless } from "../../stack/errors.ts";
import type { Check } from "../../stack/check.ts";

/** The gateway's ports and certificates fit together. */
export const checkTraffic: Check = (stack) => [...portProblems(stack), ...certificateProblems(stack)];

const certificateProblems: Check = ({ config, catalog }) => {
  const { mode, certificates } = config.traffic.tls;
  const path = "traffic.tls.certificates";
  if (certificates.length > 0 && (mode === "none" || mode === "acm")) {
    return [{ path, message: `expected none, because traffic.tls.mode is ${mode}: the gateway does not decrypt` }];
  }
  const hosts = certificates.flatMap(({ hosts }, index) =>
    hosts.map((host, place) => ({ host, path: `${path}[${index}].hosts[${place}]` })),
  );
  return hosts.flatMap(({ host, path }, index) => [
    ...problemUnless(
      catalog.hosts.includes(host),
      path,
      `expected a host that the gateway answers: ${catalog.hosts.join(", ")}; got "${host}"`,
    ),
    ...problemIf(
      hosts.findIndex((other) => other.host === host) < index,
      path,
      `expected one certificate for each host; got "${host}" again`,
    ),
  ]);
};

/** The gateway listens where the traffic settings need it. */
const portProblems: Check = ({ config }) => {
  const { tls, httpsRedirect } = config.traffic;
  const names = config.mesh.ingressGateway.ports.map((port) => port.name);
  const wanted = tls.mode === "none" ? ["http2"] : ["http2", "https"];
  const missing = wanted
    .filter((name) => !names.includes(name))
    .map((name) => ({
      path: "mesh.ingressGateway.ports",
      message: `expected a port named ${name}; got ${names.join(", ")}`,
    }));
  if (tls.mode === "none" && httpsRedirect) {
    return [
      ...missing,
      {
        path: "traffic.httpsRedirect",
        message: "expected false, because traffic.tls.mode is none: there is no HTTPS to redirect to; got true",
      },
    ];
  }
  return missing;
};

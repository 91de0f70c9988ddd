import type { Check } from "./index.ts";

/** The gateway's ports and certificate fit together. */
export const checkTraffic: Check = ({ config }) => {
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

import { problemIf } from "../../stack/errors.ts";
import { nearest } from "../../stack/nearest.ts";
import type { Check } from "../../stack/check.ts";

/** Every called service exists, is called by somebody else than itself, and is named once by each caller. */
export const checkCalls: Check = ({ catalog }) => {
  const known = Object.keys(catalog.services);
  return Object.entries(catalog.services).flatMap(([name, service]) =>
    service.calls.flatMap((call, index) => {
      const path = `services.${name}.calls[${index}].to`;
      if (!known.includes(call.to)) {
        const match = nearest(call.to, known);
        const remediation = match === undefined ? `known services: ${known.join(", ")}` : `did you mean ${match}?`;
        return [{ path, message: `expected a service of the catalog; got "${call.to}"`, remediation }];
      }
      if (call.to === name) {
        return [
          {
            path,
            message: `expected another service; got "${name}" itself`,
            remediation: "requests to oneself do not pass the mesh",
          },
        ];
      }
      const first = service.calls.findIndex((other) => other.to === call.to);
      return problemIf(
        first < index,
        path,
        `expected each called service once; got "${call.to}" again`,
        `merge it into calls[${first}]`,
      );
    }),
  );
};

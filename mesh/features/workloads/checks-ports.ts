import { problemIf } from "../../stack/errors.ts";
import type { Check } from "../../stack/check.ts";

/** The ports of a service are all different, and none is one of the sidecar's own. */
export const checkPorts: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) =>
    Object.entries(service.extraPorts).flatMap(([port, number], index, all) => {
      const path = `services.${name}.extraPorts.${port}`;
      const taken = [["http", service.port] as const, ...all.slice(0, index)].find(
        ([otherName, other]) => other === number || otherName === port,
      );
      if (taken !== undefined) {
        return [
          {
            path,
            message: `expected a name and a number of its own; got ${port}: ${number} beside ${taken[0]}: ${taken[1]}`,
          },
        ];
      }
      return problemIf(
        number >= 15000 && number <= 15099,
        path,
        `expected a port outside of 15000-15099, which the sidecar uses; got ${number}`,
      );
    }),
  );

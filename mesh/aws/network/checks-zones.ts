import { problem, problemIf } from "../../stack/errors.ts";
import type { Check } from "../../stack/check.ts";

/** Zones lie in the region, each once. */
export const checkZones: Check = ({ config }) => {
  if (config.platform.kind !== "eks") {
    return [];
  }
  const { region, zones } = config.platform;
  return zones.flatMap((zone, index) => {
    const path = `platform.zones[${index}]`;
    if (!zone.startsWith(region)) {
      return [
        problem(path, `expected a zone of ${region}; got "${zone}"`, `zones are named ${region}a, ${region}b, ...`),
      ];
    }
    return problemIf(zones.indexOf(zone) < index, path, `expected each zone once; got "${zone}" again`);
  });
};

import { problem, problemIf, repeated, type Problem } from "../../stack/errors.ts";
import { isSet } from "../../stack/paths.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

const LISTS = ["publicSubnetIds", "privateSubnetIds", "intraSubnetIds"] as const;

/** A network that exists has a subnet of each kind in each zone, and no key shapes one of the stack's own beside it. */
export const checkExistingNetwork: Check = ({ config, written }) => {
  const { existing } = config.network;
  if (config.platform.kind !== "eks" || existing === undefined) {
    return [];
  }
  const zones = config.platform.zones.length;
  const lists = LISTS.flatMap((key): Problem[] => {
    const ids = existing[key] ?? existing.privateSubnetIds;
    const path = `network.existing.${key}`;
    if (ids.length !== zones) {
      const message = `expected one subnet for each of the ${zones} zones; got ${ids.length}`;
      return problemIf(existing[key] !== undefined, path, message, "in the order of platform.zones");
    }
    return repeated(path, ids, "subnet");
  });
  return [...lists, ...ownNetwork(config.network, written)];
};

/** Keys that shape a VPC of the stack's own. */
function ownNetwork(network: StackData["config"]["network"], written: StackData["written"]): Problem[] {
  return Object.keys(network)
    .filter((key) => key !== "existing" && isSet(written?.config, ["network", key]))
    .map((key) =>
      problem(
        `network.${key}`,
        "expected nothing here, because network.existing names a VPC that is not this stack's to shape",
        `leave out network.${key}, or network.existing`,
      ),
    );
}

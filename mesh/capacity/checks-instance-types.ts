import type { Problem } from "../stack/errors.ts";
import { nearest } from "../stack/nearest.ts";
import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import { familiesOf, INSTANCE_TYPES } from "../aws/instance-types.ts";

/** Instance types whose size is known, all of one architecture: a pool has one machine image. */
export function checkTypes(path: string, { instanceTypes }: NodePoolConfig): Problem[] {
  const unknown = instanceTypes.flatMap((type, index) => {
    if (INSTANCE_TYPES[type] !== undefined) {
      return [];
    }
    return [
      {
        path: `${path}.instanceTypes[${index}]`,
        message: `expected an instance type whose size is known; got "${type}"`,
        remediation: knownTypes(type),
      },
    ];
  });
  const architectures = instanceTypes.map((type) => INSTANCE_TYPES[type]?.architecture);
  const other = architectures.findIndex((architecture) => architecture !== architectures[0]);
  if (unknown.length > 0 || other < 0) {
    return unknown;
  }
  return [
    {
      path: `${path}.instanceTypes[${other}]`,
      message: `expected instance types of one architecture; got ${instanceTypes[0] ?? ""} (${architectures[0] ?? ""}) and ${instanceTypes[other] ?? ""} (${architectures[other] ?? ""})`,
      remediation: "all nodes of a pool start from one machine image",
    },
  ];
}

/** The family's sizes where the family is known, or else the families. */
function knownTypes(wrong: string): string {
  const family = wrong.split(".")[0] ?? "";
  const types = Object.keys(INSTANCE_TYPES).filter((name) => name.startsWith(`${family}.`));
  const match = nearest(wrong, types);
  if (types.length === 0) {
    return `known families, from large to 4xlarge: ${familiesOf()}`;
  }
  return match === undefined ? `known are ${types.join(", ")}` : `did you mean ${match}?`;
}

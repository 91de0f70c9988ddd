import { type PropertyMap, unwrap } from "../protocol/index.ts";
import type { Place } from "./types.ts";

/** AWS's example account: nobody takes it for a real one. */
export const SANDBOX_ACCOUNT = "123456789012";

/** Who runs every command in the fake cloud: the creator of every cluster. */
export const SANDBOX_PRINCIPAL = `arn:aws:iam::${SANDBOX_ACCOUNT}:user/sandbox`;

/** Region of a provider whose configuration names none. */
export const DEFAULT_REGION = "us-east-1";

/** Where the resources of a configured provider live. */
export function placeOf(config: PropertyMap): Place {
  const region = unwrap(config["region"]);
  return {
    region: typeof region === "string" && region !== "" ? region : DEFAULT_REGION,
    account: SANDBOX_ACCOUNT,
    partition: "aws",
  };
}

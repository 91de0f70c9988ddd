import { type PropertyMap, Secret, unwrap } from "../protocol/index.ts";
import { digest } from "./ids.ts";

/**
 * Inputs in which `property` has a value: the program's, else the one it got before, else the logical name and seven
 * digits from the engine's random seed, so that preview and update agree.
 */
export function withAutoname(
  property: string | undefined,
  request: {
    readonly name: string;
    readonly news: PropertyMap;
    readonly olds: PropertyMap;
    readonly randomSeed: Uint8Array;
  },
): PropertyMap {
  const { name, news, olds, randomSeed } = request;
  if (property === undefined || (news[property] ?? null) !== null || (news[`${property}Prefix`] ?? null) !== null) {
    return news;
  }
  const old = unwrap(olds[property]);
  if (typeof old === "string" && old.startsWith(`${name}-`)) {
    return { ...news, [property]: olds[property] instanceof Secret ? new Secret(old) : old };
  }
  return { ...news, [property]: `${name}-${digest(7, name, Buffer.from(randomSeed).toString("hex"))}` };
}

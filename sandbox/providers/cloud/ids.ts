import { createHash } from "node:crypto";

import type { Making, Place, Properties, ResourceType } from "./types.ts";

/** Hexadecimal digits that depend on the given texts only. */
export function digest(length: number, ...texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, length);
}

/** The id of a new resource: from its inputs where AWS does so, else made from the URN and its generation. */
export function idOf(type: ResourceType, inputs: Properties, urn: string, generation: number): string {
  const parts = type.idFrom?.map((key) => inputs[key]).filter((part) => typeof part === "string");
  if (parts !== undefined && parts.length > 0) {
    return parts.join(":");
  }
  const hash = digest(32, urn, String(generation));
  return type.idFromHash?.(hash) ?? `${type.prefix ?? "standin"}-0${hash.slice(0, 16)}`;
}

/** 32 hexadecimal digits as a UUID, which is how AWS names keys and certificates. */
export function uuidOf(hash: string): string {
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

/** The ARN of a resource; undefined when its type has none. */
export function arnOf(type: ResourceType, making: Making): string | undefined {
  if (type.arn === undefined) {
    return undefined;
  }
  return formatArn(type.arn.service, type.arn.resource(making), type.arn.global === true, making);
}

/** Writes an ARN. Global services have no region in it. */
export function formatArn(service: string, resource: string, global: boolean, place: Place): string {
  return `arn:${place.partition}:${service}:${global ? "" : place.region}:${place.account}:${resource}`;
}

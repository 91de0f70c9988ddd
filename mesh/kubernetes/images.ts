/** Tags that are meant to move. */
const MOVING = ["latest", "main", "master", "edge", "stable", "dev"];

/** Whether the image is named by what it contains. */
export function hasDigest(image: string): boolean {
  return image.includes("@sha256:");
}

/** A name that can come to mean another image is asked for at every start; else nodes that had different ones would serve both. */
export function imagePullPolicy(image: string): "Always" | "IfNotPresent" {
  return isMutable(image) ? "Always" : "IfNotPresent";
}

/** No digest, and no tag at all or one that is meant to move. */
export function isMutable(image: string): boolean {
  if (hasDigest(image)) {
    return false;
  }
  const tag = /:([\w.-]+)$/.exec(image.slice(image.lastIndexOf("/") + 1))?.[1];
  return tag === undefined || MOVING.includes(tag);
}

/** Tags that are meant to move. */
const MOVING = ["latest", "main", "master", "edge", "stable", "dev"];

/** Whether the image is named by what it contains. */
export function hasDigest(image: string): boolean {
  return image.includes("@sha256:");
}

/** No digest, and no tag at all or one that is meant to move. */
export function isMutable(image: string): boolean {
  if (hasDigest(image)) {
    return false;
  }
  const tag = /:([\w.-]+)$/.exec(image.slice(image.lastIndexOf("/") + 1))?.[1];
  return tag === undefined || MOVING.includes(tag);
}

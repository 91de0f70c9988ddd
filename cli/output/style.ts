import picocolors from "picocolors";

/** Colours for a stream: none unless it is a terminal and NO_COLOR is not set. */
export function styleFor(stream: { readonly isTTY?: boolean }): ReturnType<typeof picocolors.createColors> {
  return picocolors.createColors(stream.isTTY === true && picocolors.isColorSupported);
}

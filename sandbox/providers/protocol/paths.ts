/**
 * Paths into property values, in the engine's syntax: `spec.http[0].route`, `metadata.annotations["example.com/x"]`.
 */

/** A path as its elements: property names and list indexes. */
export type Path = readonly (string | number)[];

/** Writes a path as the engine does. */
export function formatPath(path: Path): string {
  let text = "";
  for (const element of path) {
    if (typeof element === "number") {
      text += `[${element}]`;
    } else if (/^\w+$/.test(element)) {
      text += text === "" ? element : `.${element}`;
    } else {
      text += `["${element.replaceAll('"', '\\"')}"]`;
    }
  }
  return text;
}

/**
 * Reads a path, or a pattern in which `*` and `[*]` stand for any element.
 * @throws SyntaxError when a bracket or quote is not closed.
 */
export function parsePath(text: string): Path {
  const path: (string | number)[] = [];
  const token = /\.?(?:\["((?:\\.|[^"\\])*)"\]|\[(\d+|\*)\]|([^.[\]]+))/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) {
      throw new SyntaxError(`not a property path, from character ${at}: ${text}`);
    }
    const [, quoted, index, name] = match;
    if (quoted !== undefined) {
      path.push(quoted.replaceAll('\\"', '"'));
    } else if (index !== undefined) {
      path.push(index === "*" ? index : Number(index));
    } else if (name !== undefined) {
      path.push(name);
    }
  }
  return path;
}

/** True when `path` is what `pattern` names, or lies below it. */
export function isUnder(path: Path, pattern: Path): boolean {
  return pattern.length <= path.length && pattern.every((element, i) => element === "*" || element === path[i]);
}

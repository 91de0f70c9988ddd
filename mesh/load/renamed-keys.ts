import { problem, type Problem } from "../stack/errors.ts";
import { formatPath, type Path } from "../stack/paths.ts";

/** A key that has another name now, and what its old values are called. */
interface Renaming {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

/** By the old path. */
const RENAMED: Readonly<Record<string, Renaming>> = {
  "traffic.rateLimitService.whenAway": { key: "failureMode", values: { allow: "open", refuse: "closed" } },
};

/** The problem of an old key, with the new key and value to write. Undefined for any other key. */
export function renamed(path: Path, value: unknown): Problem | undefined {
  const text = formatPath(path);
  const now = RENAMED[text];
  if (now === undefined) {
    return undefined;
  }
  const wanted = now.values[String(value)] ?? Object.values(now.values).join(" or ");
  return problem(text, `expected ${now.key}: ${wanted}, the new name of ${String(path.at(-1))}: ${String(value)}`);
}

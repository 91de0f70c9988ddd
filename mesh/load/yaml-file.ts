import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { ConfigError } from "../stack/errors.ts";

/**
 * The plain value of a YAML file.
 * @throws ConfigError when the file cannot be read, or is not YAML: with line and column.
 */
export function readYamlFile(directory: string, file: string): unknown {
  const document = parseDocument(readText(directory, file), { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new ConfigError(
      file,
      document.errors.map((error) => {
        const at = error.linePos?.[0];
        const where = at === undefined ? "" : ` at line ${at.line}, column ${at.col}`;
        const what = error.code === "MULTIPLE_DOCS" ? "one document was expected" : firstSentence(error.message);
        return { path: "", message: `not valid YAML${where}: ${what}` };
      }),
    );
  }
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // An alias without its anchor, or so many that the file explodes, shows only now.
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file, [{ path: "", message: `not valid YAML: ${firstSentence(reason)}` }]);
  }
}

function readText(directory: string, file: string): string {
  try {
    return readFileSync(join(directory, file), "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file, [{ path: "", message: `cannot be read: ${reason}` }]);
  }
}

/** The library adds a picture of the place below its sentence; line and column say the same in one line. */
function firstSentence(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/ at line \d+, column \d+:?$/, "");
}

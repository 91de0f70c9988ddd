import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { ConfigError, problem } from "../stack/errors.ts";

/**
 * The plain value of a YAML file.
 * @throws ConfigError when the file cannot be read, or is not YAML: with line and column.
 */
export function readYamlFile(directory: string, file: string): unknown {
  const refuse = (...messages: string[]) =>
    new ConfigError(
      file,
      messages.map((message) => problem("", message)),
    );
  let text: string;
  try {
    text = readFileSync(join(directory, file), "utf8");
  } catch (error) {
    throw refuse(`cannot be read: ${messageOf(error)}`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw refuse(
      ...document.errors.map(({ code, message, linePos }) => {
        const at = linePos?.[0];
        const where = at === undefined ? "" : ` at line ${at.line}, column ${at.col}`;
        const what = code === "MULTIPLE_DOCS" ? "one document was expected" : firstSentence(message);
        return `not valid YAML${where}: ${what}`;
      }),
    );
  }
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // An alias without its anchor, or so many that the file explodes, shows only now.
    throw refuse(`not valid YAML: ${firstSentence(messageOf(error))}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The library adds a picture of the place below its sentence; line and column give the same in one line. */
function firstSentence(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/ at line \d+, column \d+:?$/, "");
}

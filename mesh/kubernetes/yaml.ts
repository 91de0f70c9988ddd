import { Document, visit } from "yaml";

/** An octal number of YAML 1.2 that YAML 1.1 takes for text. */
const OCTAL = /^[-+]?0o[0-7_]+$/i;

/**
 * YAML that every reader takes for the same: kubectl and Go read `y`, `on`, `no` and `1_000` as YAML 1.1 does, others as 1.2, so
 * text that either would take for something else is quoted. Equal parts are written out, without anchors.
 */
export function toYaml(value: unknown): string {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && OCTAL.test(node.value)) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}

import { editorSchema, referencePage } from "./reference.ts";

/** The files that follow from the schemas, with their paths in the project. A test keeps them current. */
export function generatedFiles(): { readonly path: string; readonly content: string }[] {
  return [
    { path: "schema.json", content: `${JSON.stringify(editorSchema(), null, 2)}\n` },
    { path: "docs/configuration.md", content: referencePage() },
  ];
}

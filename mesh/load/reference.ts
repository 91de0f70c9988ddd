import { z } from "zod";
import { catalog } from "../stack/catalog.ts";
import { stackConfig } from "../stack/config.ts";
import { CA_FILES, CA_KEY, caKey, KUBECONFIG_KEY } from "../features/multi-cluster/schema/multi-cluster.ts";
import { PROJECT } from "./project.ts";

type Schema = z.core.JSONSchema.JSONSchema;
type Part = z.core.JSONSchema._JSONSchema;

/** A part of a schema that zod writes: never `true` or `false`, but for what may be in an object beside its keys. */
function objectOf(part: Part | Part[] | undefined): Schema {
  return typeof part === "object" && !Array.isArray(part) ? part : {};
}

/** JSON Schema of a `Pulumi.<stack>.yaml`, for editors. */
function editorSchema(): unknown {
  const { properties = {}, required = [] } = jsonSchema(stackConfig);
  const prefixed = Object.entries(properties).map(([key, schema]) => [`${PROJECT}:${key}`, schema]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Stack settings of ecommerce-mesh",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(prefixed) as unknown,
        required: required.map((key) => `${PROJECT}:${key}`),
        // Keys of the project are known; those of providers (aws:profile) are theirs.
        patternProperties: {
          [`^(?!${PROJECT}:)[a-z-]+:`]: {},
          [`^${PROJECT}:(${KUBECONFIG_KEY}|${CA_KEY})`]: ENCRYPTED,
        },
        additionalProperties: false,
      },
    },
  };
}

/** How Pulumi writes a secret. */
const ENCRYPTED = {
  type: "object",
  description: "A secret: `pulumi config set --secret`.",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** The files that follow from the schemas, with their paths in the project. A test keeps them current. */
export function generatedFiles(): { readonly path: string; readonly content: string }[] {
  return [
    { path: "schema.json", content: `${JSON.stringify(editorSchema(), null, 2)}\n` },
    { path: "docs/configuration.md", content: referencePage() },
  ];
}

/** Reference of every key, as Markdown. */
function referencePage(): string {
  const secrets = [
    [
      `${KUBECONFIG_KEY}<name>`,
      "Kubeconfig with which istiod reads the Services of the remote cluster of this name (`mesh.multiCluster.remoteClusters`).",
    ],
    ...CA_FILES.map((file) => [
      caKey(file),
      `\`${file}\` of the mesh's certificate authority (\`mesh.multiCluster.certificateAuthority: config\`).`,
    ]),
  ];
  return `<!-- Made by \`npm run docs\` from the schemas in mesh/. Do not edit. -->

# Configuration

Every key of a \`Pulumi.<stack>.yaml\`, below \`config\`, with the prefix \`${PROJECT}:\`. An unknown key is an error.

${sections(jsonSchema(stackConfig), PROJECT).join("\n")}
## Secrets

Set with \`pulumi config set --secret\`, never as plain text.

| Key | Meaning |
| --- | --- |
${secrets.map(([key, meaning]) => `| \`${PROJECT}:${key}\` | ${meaning} |`).join("\n")}

## The catalog

Every key of a \`catalogs/<name>.yaml\`. A stack overrides values of a service under
\`${PROJECT}:services\`, with the same keys.

${table(jsonSchema(catalog), "").join("\n")}`;
}

function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: "input" });
}

function sections({ properties = {}, required = [] }: Schema, prefix: string): string[] {
  return Object.entries(properties).flatMap(([key, part]) => {
    const schema = objectOf(part);
    const text = `${schema.description ?? ""}${required.includes(key) ? " Required." : ""}`;
    return [`## ${prefix}:${key}`, "", text, "", ...table(schema, key)];
  });
}

/** A table of every key below a schema; none where there is no key. */
function table(schema: Schema, path: string): string[] {
  const rows = rowsOf(schema, path);
  return rows.length === 0 ? [] : ["| Key | Type | Default | Meaning |", "| --- | --- | --- | --- |", ...rows, ""];
}

/** One row for each key below a schema; the branches of a union follow each other. */
function rowsOf(schema: Schema, path: string): string[] {
  const branches = schema.oneOf ?? schema.anyOf ?? [];
  if (branches.length > 0) {
    return branches.flatMap((branch) => rowsOf(objectOf(branch), path));
  }
  const { properties = {}, required = [], items, additionalProperties: values } = schema;
  return [
    ...Object.entries(properties).flatMap(([key, child]) => {
      const childPath = path === "" ? key : `${path}.${key}`;
      return [rowOf(childPath, objectOf(child), required.includes(key)), ...rowsOf(objectOf(child), childPath)];
    }),
    ...(items === undefined ? [] : rowsOf(objectOf(items), `${path}[]`)),
    ...(values === undefined ? [] : rowsOf(objectOf(values), `${path}.<name>`)),
  ];
}

function rowOf(key: string, schema: Schema, required: boolean): string {
  const value = schema.default === undefined ? undefined : `\`${JSON.stringify(schema.default)}\``;
  const cells = [typeOf(schema), value ?? (required ? "required" : ""), schema.description ?? ""];
  return `| \`${key}\` | ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function typeOf(schema: Schema): string {
  const branches = schema.oneOf ?? schema.anyOf;
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  }
  if (schema.const !== undefined) {
    return `\`${JSON.stringify(schema.const)}\``;
  }
  if (branches !== undefined) {
    return branches.map((branch) => typeOf(objectOf(branch))).join(" or ");
  }
  if (schema.type === "array") {
    return `list of ${schema.items === undefined ? "values" : typeOf(objectOf(schema.items))}`;
  }
  // JSON Schema bounds every integer by what a double holds.
  const bound = (word: string, limit: number | undefined) =>
    limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? [] : [`${word} ${limit}`];
  return [schema.type ?? "any", ...bound("from", schema.minimum), ...bound("to", schema.maximum)].join(" ");
}

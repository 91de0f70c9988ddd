import { z } from "zod";
import { catalog } from "./schema/catalog.ts";
import { stackConfig } from "./schema.ts";
import { CA_FILES, CA_KEY, caKey, KUBECONFIG_KEY } from "./schema/mesh/multi-cluster.ts";
import { PROJECT } from "./project.ts";

/** The part of JSON Schema that zod writes. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** JSON Schema of a `Pulumi.<stack>.yaml`, for editors. */
export function editorSchema(): unknown {
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

/** Reference of every key, as Markdown. */
export function referencePage(): string {
  return [
    "<!-- Made by `npm run docs` from config/schema/. Do not edit. -->",
    "",
    "# Configuration",
    "",
    `Every key of a \`Pulumi.<stack>.yaml\`, below \`config\`, with the prefix \`${PROJECT}:\`. An unknown key is an error.`,
    "",
    ...sections(jsonSchema(stackConfig), PROJECT),
    "## Secrets",
    "",
    "Set with `pulumi config set --secret`, never as plain text.",
    "",
    "| Key | Meaning |",
    "| --- | --- |",
    `| \`${PROJECT}:${KUBECONFIG_KEY}<name>\` | Kubeconfig with which istiod reads the Services of the remote cluster of this name (\`mesh.multiCluster.remoteClusters\`). |`,
    ...CA_FILES.map(
      (file) =>
        `| \`${PROJECT}:${caKey(file)}\` | \`${file}\` of the mesh's certificate authority (\`mesh.multiCluster.certificateAuthority: config\`). |`,
    ),
    "",
    "## The catalog",
    "",
    "Every key of a `catalogs/<name>.yaml`. A stack overrides values of a service under",
    `\`${PROJECT}:services\`, with the same keys.`,
    "",
    ...table(rowsOf(jsonSchema(catalog), "")),
  ].join("\n");
}

function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: "input" }) as Schema;
}

function sections({ properties = {}, required = [] }: Schema, prefix: string): string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const rows = rowsOf(schema, key);
    const necessary = required.includes(key) ? " Required." : "";
    return [
      `## ${prefix}:${key}`,
      "",
      `${schema.description ?? ""}${necessary}`,
      "",
      ...(rows.length === 0 ? [] : table(rows)),
    ];
  });
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

function table(rows: readonly Row[]): string[] {
  const lines = rows.map(({ key, type, fallback, meaning }) => `| \`${key}\` | ${type} | ${fallback} | ${meaning} |`);
  return ["| Key | Type | Default | Meaning |", "| --- | --- | --- | --- |", ...lines, ""];
}

/** One row for each key below a schema; the branches of a union follow each other. */
function rowsOf(schema: Schema, path: string): Row[] {
  const branches = schema.oneOf ?? schema.anyOf ?? [];
  if (branches.length > 0) {
    return branches.flatMap((branch) => rowsOf(branch, path));
  }
  const { properties = {}, required = [] } = schema;
  const own = Object.entries(properties).flatMap(([key, child]) => {
    const childPath = path === "" ? key : `${path}.${key}`;
    return [rowOf(childPath, child, required.includes(key)), ...rowsOf(child, childPath)];
  });
  const items = schema.items === undefined ? [] : rowsOf(schema.items, `${path}[]`);
  const values =
    typeof schema.additionalProperties === "object" ? rowsOf(schema.additionalProperties, `${path}.<name>`) : [];
  return [...own, ...items, ...values];
}

function rowOf(key: string, schema: Schema, required: boolean): Row {
  const fallback =
    schema.default === undefined ? (required ? "required" : "") : `\`${JSON.stringify(schema.default)}\``;
  return { key, type: escape(typeOf(schema)), fallback: escape(fallback), meaning: escape(schema.description ?? "") };
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  }
  if (schema.const !== undefined) {
    return `\`${JSON.stringify(schema.const)}\``;
  }
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches !== undefined) {
    return branches.map(typeOf).join(" or ");
  }
  if (schema.type === "array") {
    return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`;
  }
  const isSafeBound = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    ...(isSafeBound(schema.minimum) ? [`from ${schema.minimum ?? ""}`] : []),
    ...(isSafeBound(schema.maximum) ? [`to ${schema.maximum ?? ""}`] : []),
  ];
  return [String(schema.type ?? "any"), ...bounds].join(" ");
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|");
}

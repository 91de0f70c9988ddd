import { readFileSync } from "node:fs";
import { isMap, isScalar, parseDocument, visit, type Document } from "yaml";
import { chooseCatalog } from "../../mesh/load/choose-catalog.ts";
import type { ChartSetting } from "../charts/chart-sources.ts";
import { PROJECT_NAME } from "./paths.ts";
import { CommandError } from "../../mesh/stack/errors.ts";
import type { PlainObject } from "../../mesh/stack/plain-object.ts";

/** What the engine is given instead of `Pulumi.<stack>.yaml`. */
export interface SettingsCopy {
  /** The YAML text. */
  readonly text: string;
  /** Keys whose encrypted values were replaced, in the order of the file. */
  readonly replacedSecrets: readonly string[];
}

/** Stands where an encrypted value stood: nobody here can decrypt it. */
export const FAKE_SECRET = "sandbox-fake-secret";

/** The changes that a stack's settings need before the sandbox's engine can read them. */
export interface SettingsChanges {
  /** The sandbox's own salt, in Pulumi's notation; it replaces the file's encryption keys. */
  readonly encryptionSalt: string;
  /** For stacks on an existing cluster: the sandbox's kubeconfig instead of the user's. */
  readonly kubeconfig?: string;
  /** The application that runs; another than the file's takes its place. */
  readonly catalog?: string;
  /** Where charts come from that the file would have from elsewhere. */
  readonly charts?: readonly ChartSetting[];
}

/**
 * Copies a stack's settings for the sandbox. Encrypted values belong to the user's own secrets provider, so a fake
 * takes their place, encrypted or not: a value of this name is not a secret of anybody.
 * @throws CommandError `config.malformed` when the file is not YAML.
 */
export function copySettings(path: string, changes: SettingsChanges): SettingsCopy {
  const document = parseDocument(readFileSync(path, "utf8"));
  if (document.errors[0] !== undefined) {
    throw new CommandError("config.malformed", `${path}: ${document.errors[0].message.split("\n")[0] ?? ""}`);
  }
  const replacedSecrets = replaceSecrets(document);
  for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) {
    document.delete(key);
  }
  document.set("encryptionsalt", changes.encryptionSalt);
  if (changes.kubeconfig !== undefined) {
    pointToSandbox(document, changes.kubeconfig);
  }
  for (const { path, directory } of changes.charts ?? []) {
    setSetting(document, path, directory);
  }
  const settings = document.get("config");
  if (isMap(settings) && changes.catalog !== undefined) {
    document.set("config", chooseCatalog(settings.toJSON() as PlainObject, changes.catalog));
  }
  return { text: document.toString(), replacedSecrets };
}

function replaceSecrets(document: Document): string[] {
  const replaced: string[] = [];
  visit(document, {
    Map(_, node, path) {
      if (node.items.length !== 1 || !node.has("secure")) {
        return undefined;
      }
      replaced.push(
        path
          .flatMap((part) => (isKeyed(part) ? [String(part.key.value)] : []))
          .slice(1)
          .join("."),
      );
      return document.createNode(FAKE_SECRET);
    },
  });
  return replaced;
}

function isKeyed(part: unknown): part is { key: { value: unknown } } {
  return typeof part === "object" && part !== null && "key" in part && isScalar(part.key);
}

/** A key may have the project's name before it or not. */
function setSetting(document: Document, [section = "", ...path]: readonly string[], value: string): void {
  const key = document.hasIn(["config", section]) ? section : `${PROJECT_NAME}:${section}`;
  document.setIn(["config", key, ...path], value);
}

/** The stack's `context` names one of the user's own file; the sandbox's file has one context only. */
function pointToSandbox(document: Document, kubeconfig: string): void {
  for (const key of [`${PROJECT_NAME}:platform`, "platform"]) {
    const platform = document.getIn(["config", key]);
    if (isMap(platform)) {
      platform.set("path", kubeconfig);
      platform.delete("context");
    }
  }
}

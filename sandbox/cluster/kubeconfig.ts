import { readFile } from "node:fs/promises";
import { SandboxError } from "../contracts.ts";
import { isObject, listAt, objectAt, stringAt, type JsonObject } from "./object.ts";

/** What a client needs to reach one API server. */
export interface ServerAccess {
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

/**
 * Reads a kubeconfig: a path, YAML or JSON text, or an already parsed object.
 * @param context Name of the context to use; default: `current-context`.
 * @throws SandboxError `kubernetes.kubeconfig` when it names no cluster or a kind of login that the sandbox does not do.
 */
export async function readKubeconfig(source: unknown, context?: string): Promise<ServerAccess> {
  const config = typeof source === "string" ? await parse(source) : source;
  if (!isObject(config)) {
    throw new SandboxError(
      "kubernetes.kubeconfig",
      "The kubeconfig given to the Kubernetes provider is not an object.",
    );
  }
  const contextName = context ?? stringAt(config, "current-context");
  const chosen = named(config, "contexts", contextName, "context");
  const cluster = named(config, "clusters", stringAt(chosen, "cluster"), "cluster");
  const user = named(config, "users", stringAt(chosen, "user"), "user");
  const server = stringAt(cluster, "server");
  if (server === undefined) {
    throw new SandboxError(
      "kubernetes.kubeconfig",
      `The kubeconfig given to the Kubernetes provider names no server for its context "${contextName ?? ""}".`,
    );
  }
  const ca = await pem(cluster, "certificate-authority");
  const cert = await pem(user, "client-certificate");
  const key = await pem(user, "client-key");
  const token = stringAt(user, "token");
  return { server, ca, cert, key, token };
}

async function parse(text: string): Promise<unknown> {
  const content = text.includes("\n") || text.trimStart().startsWith("{") ? text : await readFile(text, "utf8");
  if (content.trimStart().startsWith("{")) {
    return JSON.parse(content) as unknown;
  }
  const { parse: parseYaml } = await import("yaml");
  return parseYaml(content) as unknown;
}

function named(config: JsonObject, list: string, name: string | undefined, field: string): JsonObject {
  const entry = listAt(config, list).find((candidate) => name !== undefined && stringAt(candidate, "name") === name);
  return objectAt(entry, field);
}

async function pem(holder: JsonObject, field: string): Promise<string | undefined> {
  const data = stringAt(holder, `${field}-data`);
  if (data !== undefined) {
    return Buffer.from(data, "base64").toString("utf8");
  }
  const path = stringAt(holder, field);
  return path === undefined ? undefined : await readFile(path, "utf8");
}

import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../mesh/stack/errors.ts";
import { checkNamespaces } from "../mesh/load/file-keys.ts";
import { loadStack, type Stack, stackValues } from "../mesh/load/load.ts";
import { stackFile } from "../mesh/load/stack-files.ts";
import { PROJECT } from "../mesh/load/project.ts";
import { checkEncrypted, type IsEncrypted } from "../mesh/load/secret-keys.ts";
import type { PlatformOutputs } from "./base.ts";
import { buildPlatform } from "./platform.ts";

/** Folder of the project: where `catalogs/` lies, whatever the working directory is. */
const PROJECT_DIRECTORY = fileURLToPath(new URL("..", import.meta.url));

/**
 * The whole program: reads the stack's configuration from the engine, checks it and builds the stack.
 * The same function runs under `pulumi up` (index.ts) and in the sandbox.
 * @param directory the project's folder, where `catalogs/` lies. Default: that of this file.
 * @param isEncrypted which keys are encrypted in the stack's file. Default: as the engine reports it. A caller with fake
 *   secrets checks the file itself.
 * @throws RunError naming every problem when the configuration cannot be used; nothing is registered then.
 */
export function program(directory: string = PROJECT_DIRECTORY, isEncrypted: IsEncrypted = isSecret): PlatformOutputs {
  return buildPlatform(load(directory, isEncrypted));
}

function load(directory: string, isEncrypted: IsEncrypted): Stack {
  try {
    const stack = pulumi.getStack();
    const settings = pulumi.runtime.allConfig();
    const slips = [...checkNamespaces(settings), ...checkEncrypted(stackValues(settings), isEncrypted)];
    if (slips.length > 0) {
      throw new ConfigError(stackFile(stack), slips);
    }
    return loadStack(directory, stack, configuration(settings));
  } catch (error) {
    throw error instanceof ConfigError ? refusal(error) : error;
  }
}

/** The part of the SDK that its type declarations leave out. */
interface SdkConfig {
  isConfigSecret(key: string): boolean;
}

/** Whether the engine decrypted the value of a key: it tells the SDK's runner which keys it did. */
function isSecret(key: string): boolean {
  return (pulumi.runtime as unknown as SdkConfig).isConfigSecret(`${PROJECT}:${key}`);
}

/**
 * The engine prints the message of a RunError and no stack trace. Without a stack there is none to colour either: the
 * SDK's runner does that for its trace, and Node 22.23 took half a minute over a stack with `node_modules` in it.
 */
function refusal(error: ConfigError): Error {
  return Object.assign(new pulumi.RunError(error.message), { stack: undefined });
}

/** The project's values. Objects reach a program as JSON text; a plain string is a mistake that the schema names. */
function configuration(settings: Record<string, string>): Record<string, unknown> {
  const values = Object.entries(stackValues(settings));
  return Object.fromEntries(values.map(([key, value]) => [key, parseValue(String(value))]));
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { SandboxError } from "../contracts.ts";
import type { Pki } from "./pki.ts";

/** An answer of the API server. */
export interface ApiResponse {
  readonly status: number;
  /** The parsed body where it is JSON, else its text. */
  readonly body: unknown;
}

/** The few calls that the control plane itself makes: readiness and nodes. */
export interface ApiClient {
  /** @throws the connection's error when nobody answers. */
  call(method: string, path: string, body?: unknown): Promise<ApiResponse>;
  /** Closes the connections. */
  close(): void;
}

/** Milliseconds after which a call is given up. */
const TIMEOUT_MS = 10_000;

/** A client with the rights of an administrator. */
export function apiClient(server: string, pki: Pki): ApiClient {
  const agent = new Agent({
    ca: readFileSync(pki.ca),
    cert: readFileSync(pki.clientCert("admin")),
    key: readFileSync(pki.clientKey("admin")),
    keepAlive: true,
  });
  return {
    call: (method, path, body) => callOnce(agent, method, new URL(path, server), body),
    close: () => agent.destroy(),
  };
}

/** @throws SandboxError `control-plane.refused` unless the status is one of those expected. */
export function expectStatus(response: ApiResponse, expected: readonly number[], what: string): ApiResponse {
  if (!expected.includes(response.status)) {
    const body = response.body;
    const message =
      typeof body === "object" && body !== null && "message" in body ? String(body.message) : JSON.stringify(body);
    throw new SandboxError("control-plane.refused", `the local API server refused ${what}: ${message}`);
  }
  return response;
}

async function callOnce(agent: Agent, method: string, url: URL, body: unknown): Promise<ApiResponse> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      Accept: "application/json",
      ...(payload === undefined
        ? {}
        : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(payload) }),
    };
    const call = request(url, { agent, method, headers, timeout: TIMEOUT_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: parseBody(text) }));
    });
    call.once("timeout", () => call.destroy(new Error(`no answer from ${url.href} within ${TIMEOUT_MS / 1000} s`)));
    call.once("error", reject);
    call.end(payload);
  });
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Health endpoints answer in plain text.
    return text;
  }
}

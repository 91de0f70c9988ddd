import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request, type RequestOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import type { ControlPlane } from "../contracts.ts";
import { layoutOf } from "./layout.ts";
import { pkiIn } from "./pki.ts";
import type { FaultOperation, FaultRule } from "../providers/protocol/faults.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";

/** Where the proxy stands, and what it does. */
export interface FaultProxyOptions {
  /** What is behind it. */
  readonly plane: ControlPlane;
  /** Those for types of the Kubernetes provider count here: `name` is that of the object. */
  readonly faults: readonly FaultRule[];
  /** Path of the kubeconfig to write, which leads to the proxy. */
  readonly kubeconfig: string;
}

/** A proxy in front of an API server. */
export interface FaultProxy {
  /** Path of the kubeconfig that leads to it. */
  readonly kubeconfig: string;
  close(): void;
}

/** Whether a rule is about objects of the API server, and not about a resource of the fake cloud. */
export function isKubernetesFault({ type }: FaultRule): boolean {
  return type.startsWith("kubernetes:");
}

/**
 * Serves an API server again on a free port of 127.0.0.1, to clients with its certificates, and makes some requests go wrong:
 * `fail` is answered with 403, `stall` never, and `exit` ends this process when the API server has done it and before anybody
 * hears of that.
 */
export async function serveFaultProxy({ plane, faults, kubeconfig }: FaultProxyOptions): Promise<FaultProxy> {
  const { ca, cert, key, server: upstream } = await readKubeconfig(plane.kubeconfig);
  const serving = pkiIn(layoutOf(dirname(plane.kubeconfig)).pki);
  const agent = new Agent({ ca, cert, key, keepAlive: true });
  const send = (call: Call, answer: (response: IncomingMessage) => void): ReturnType<typeof request> =>
    request(new URL(call.path, upstream), { agent, method: call.method, headers: call.headers }, answer);
  const server = createServer(
    {
      cert: readFileSync(serving.servingCert),
      key: readFileSync(serving.servingKey),
      ca,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (incoming, outgoing) => {
      void answer(incoming, outgoing, faults, send).catch(() => outgoing.destroy());
    },
  );
  // Clients keep their connections, watches last, and a stalled request is meant to: nobody is to be cut off.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const text = readFileSync(plane.kubeconfig, "utf8").replaceAll(upstream, `https://127.0.0.1:${port}`);
  await writeFile(kubeconfig, text, { mode: 0o600 });
  return {
    kubeconfig,
    close: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: RequestOptions["headers"];
}

type Send = (call: Call, answer: (response: IncomingMessage) => void) => ReturnType<typeof request>;

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  faults: readonly FaultRule[],
  send: Send,
): Promise<void> {
  const { method = "GET", url = "/", headers } = incoming;
  const call = { method, path: url, headers };
  const body = ["POST", "PATCH"].includes(method) ? await bodyOf(incoming) : undefined;
  const rule = await ruleFor(call, body, faults, send);
  if (rule?.action === "stall") {
    return;
  }
  if (rule?.action === "fail") {
    const message = rule.message ?? `${rule.op} of ${rule.type}: fault injected`;
    outgoing.writeHead(403, { "content-type": "application/json" });
    outgoing.end(
      JSON.stringify({ apiVersion: "v1", kind: "Status", status: "Failure", reason: "Forbidden", code: 403, message }),
    );
    return;
  }
  const forward = send(call, (response) => {
    if (rule?.action === "exit") {
      process.kill(process.pid, "SIGKILL");
    }
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  forward.on("error", () => outgoing.destroy());
  // A client that ends a watch must end it behind the proxy, too.
  outgoing.on("close", () => forward.destroy());
  if (body === undefined) {
    incoming.pipe(forward);
  } else {
    forward.end(body);
  }
}

/** What a request does to which object. */
interface Subject {
  /** Group, version and collection, e.g. `apps/v1/deployments`. */
  readonly collection: string;
  readonly name: string;
  readonly op: FaultOperation;
}

async function ruleFor(
  call: Call,
  body: Buffer | undefined,
  faults: readonly FaultRule[],
  send: Send,
): Promise<FaultRule | undefined> {
  const subject = subjectOf(call, body);
  const candidates = faults.filter(
    (rule) =>
      subject !== undefined &&
      collectionOf(rule.type) === subject.collection &&
      (rule.name === undefined || rule.name === subject.name),
  );
  if (subject === undefined || candidates.length === 0) {
    return undefined;
  }
  // An apply is both: it creates what is not there.
  const applied = call.method === "PATCH" && !(await exists(call, send));
  const op = applied ? "create" : subject.op;
  return candidates.find((rule) => rule.op === op);
}

const OPERATIONS: Readonly<Record<string, FaultOperation>> = {
  GET: "read",
  POST: "create",
  PATCH: "update",
  PUT: "update",
  DELETE: "delete",
};

/** Undefined for requests that change nothing, are about no single object, or about a part of one. */
function subjectOf({ method, path }: Call, body: Buffer | undefined): Subject | undefined {
  const url = new URL(path, "https://127.0.0.1");
  const parts =
    /^\/(?:api|apis)\/(?<group>v1|[^/]+\/[^/]+)(?:\/namespaces\/[^/]+)?\/(?<resource>[a-z]+)(?:\/(?<name>[^/]+))?$/.exec(
      url.pathname,
    )?.groups;
  const op = OPERATIONS[method];
  const name = parts?.["name"] ?? nameIn(body);
  if (parts === undefined || op === undefined || name === undefined || url.searchParams.has("dryRun")) {
    return undefined;
  }
  return { collection: `${parts["group"] ?? ""}/${parts["resource"] ?? ""}`, name, op };
}

function nameIn(body: Buffer | undefined): string | undefined {
  try {
    const object = JSON.parse(body?.toString("utf8") ?? "") as { metadata?: { name?: string } };
    return object.metadata?.name;
  } catch {
    // Not JSON: a protobuf of the API's own clients. Nobody writes rules about those.
    return undefined;
  }
}

/** `kubernetes:apps/v1:Deployment` is `apps/v1/deployments`. */
function collectionOf(type: string): string {
  const [, version = "", kind = ""] = type.split(":");
  const word = kind.toLowerCase();
  const plural =
    word.endsWith("y") && !word.endsWith("ay") ? `${word.slice(0, -1)}ies` : /s$/.test(word) ? `${word}es` : `${word}s`;
  return `${version.replace(/^core\//, "")}/${plural}`;
}

async function exists({ path }: Call, send: Send): Promise<boolean> {
  const { pathname } = new URL(path, "https://127.0.0.1");
  return await new Promise((resolve, reject) => {
    send({ method: "GET", path: pathname, headers: { accept: "application/json" } }, (response) => {
      response.resume();
      resolve(response.statusCode !== 404);
    })
      .on("error", reject)
      .end();
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

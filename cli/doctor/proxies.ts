import { ISTIO_PORTS } from "../../mesh/kubernetes/ports.ts";
import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { PodView, ProxyView } from "../../analysis/doctor/view.ts";
import { forwardPort } from "../cluster/port-forward.ts";
import type { KubernetesApi } from "../cluster/kubernetes-api.ts";

/** Milliseconds that istiod may take to answer. */
const TIMEOUT_MS = 5_000;

/** Milliseconds in which a proxy takes what it was sent: one that does so later is behind, one on its way is not. */
const SETTLE_MS = 10_000;
const LOOK_EVERY_MS = 500;

/** Types of configuration in istiod's answer. Source: pilot/pkg/xds/debug.go, SyncStatus, 1.30.3. */
const TYPES = ["cluster", "listener", "route", "endpoint", "extensionconfig"] as const;

/**
 * What every istiod says of its proxies; undefined where one of them cannot be asked. Who is behind is asked again for a while.
 * @param pods all pods of the cluster
 * @param settleMs how long a proxy must stay behind to be called so
 */
export async function proxiesOf(
  api: KubernetesApi,
  pods: readonly PodView[],
  rootNamespace: string,
  settleMs = SETTLE_MS,
): Promise<ProxyView[] | undefined> {
  const istiods = pods.filter(
    ({ namespace, labels, ready }) => namespace === rootNamespace && labels["app"] === "istiod" && ready,
  );
  if (istiods.length === 0) {
    return undefined;
  }
  const look = async () => (await Promise.all(istiods.map((pod) => syncStatus(api, pod)))).flat();
  try {
    let views = await look();
    const deadline = Date.now() + settleMs;
    while (views.some(({ behind }) => behind.length > 0) && Date.now() < deadline) {
      await delay(LOOK_EVERY_MS);
      views = stillBehind(views, await look());
    }
    return views;
  } catch {
    // Said by the caller as "not looked at": a cluster that does not forward ports is no fault of the mesh.
    return undefined;
  }
}

/** Of a mesh that changes all the time, some proxy is always behind with something: what counts is what stays. */
function stillBehind(before: readonly ProxyView[], now: readonly ProxyView[]): ProxyView[] {
  const earlier = new Map(before.map(({ proxy, behind }) => [proxy, behind]));
  return now.map(({ proxy, behind }) => ({
    proxy,
    behind: behind.filter((type) => earlier.get(proxy)?.includes(type) ?? true),
  }));
}

async function syncStatus(api: KubernetesApi, { namespace, name }: PodView): Promise<ProxyView[]> {
  const forwarded = await forwardPort(api.config, { namespace, name, port: ISTIO_PORTS.istiodMetrics });
  try {
    return proxiesFrom(JSON.parse(await fetchText(forwarded.port)));
  } finally {
    await forwarded.close();
  }
}

/**
 * Reads `/debug/syncz`.
 * @throws Error when it is not what istiod 1.30 answers.
 */
export function proxiesFrom(answer: unknown): ProxyView[] {
  if (!Array.isArray(answer)) {
    throw new Error("expected a list of proxies");
  }
  return answer.map((entry: Readonly<Record<string, unknown>>) => ({
    proxy: String(entry["proxy"]),
    behind: TYPES.filter((type) => {
      const sent = entry[`${type}_sent`];
      return sent !== undefined && sent !== "" && sent !== entry[`${type}_acked`];
    }),
  }));
}

async function fetchText(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = get(
      { host: "127.0.0.1", port, path: "/debug/syncz", timeout: TIMEOUT_MS, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.once("error", reject);
        response.once("end", () =>
          response.statusCode === 200
            ? resolve(text)
            : reject(new Error(`istiod answered ${response.statusCode ?? 0}`)),
        );
      },
    );
    call.once("timeout", () => call.destroy(new Error("istiod did not answer")));
    call.once("error", reject);
  });
}

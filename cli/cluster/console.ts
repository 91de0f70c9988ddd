import { listAt, numberAt, objectAt, stringAt } from "../../mesh/kubernetes/fields.ts";
import type { KubernetesApi } from "./kubernetes-api.ts";
import { PLACEHOLDER_ANNOTATION } from "../../mesh/kubernetes/labels.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** A console that can be opened: which pods serve it, on which port, and how one logs in. */
export interface Console {
  readonly labels: string;
  readonly port: number;
  readonly login: string;
}

/** The consoles, by the name that `mesh open` takes. Labels and ports are those of the charts' pods. */
export const CONSOLES: Readonly<Record<string, Console>> = {
  grafana: {
    labels: "app.kubernetes.io/name=grafana",
    port: 3000,
    login: "user admin; password: pulumi stack output grafanaPassword --show-secrets",
  },
  kiali: {
    labels: "app.kubernetes.io/name=kiali",
    port: 20001,
    login: "token: kubectl -n observability create token kiali",
  },
  jaeger: { labels: "app.kubernetes.io/name=jaeger", port: 16686, login: "none" },
  prometheus: { labels: "app.kubernetes.io/name=prometheus", port: 9090, login: "none" },
  alertmanager: { labels: "app.kubernetes.io/name=alertmanager", port: 9093, login: "none" },
};

/**
 * A ready pod that serves a console.
 * @throws CommandError `console.missing` where there is none, `console.represented` where nothing runs in it.
 */
export async function consolePod(
  api: Pick<KubernetesApi, "list">,
  name: string,
  { labels, port }: Console,
): Promise<{ namespace: string; name: string; port: number }> {
  const pods = await api.list(`/api/v1/namespaces/observability/pods?labelSelector=${encodeURIComponent(labels)}`);
  const ready = pods.find((pod) =>
    listAt(pod, "status", "conditions").some(
      (one) => stringAt(one, "type") === "Ready" && stringAt(one, "status") === "True",
    ),
  );
  if (ready === undefined) {
    throw new CommandError(
      "console.missing",
      `no pod of ${name} is ready in the namespace observability`,
      "Does the stack install it? kubectl -n observability get pods",
    );
  }
  if (objectAt(ready, "metadata", "annotations")[PLACEHOLDER_ANNOTATION] !== undefined) {
    throw new CommandError(
      "console.represented",
      `${name} is represented in this sandbox: its chart could not be fetched, and nothing runs in its pod`,
      "Open it on a real cluster with --kubeconfig.",
    );
  }
  const ports = listAt(ready, "spec", "containers").flatMap((container) => listAt(container, "ports"));
  const known = ports.some((one) => numberAt(one, 0, "containerPort") === port);
  return {
    namespace: "observability",
    name: stringAt(ready, "metadata", "name") ?? "",
    // A chart of one's own may listen elsewhere; then its first port is the best guess.
    port: known || ports[0] === undefined ? port : numberAt(ports[0], port, "containerPort"),
  };
}

import type { Command } from "commander";
import type { CommonOptions } from "../support/environment.ts";
import { UsageError } from "../support/exit-codes.ts";
import { interruptible } from "../support/signals.ts";
import { baseCommand, kubeconfigOf, print, printJson } from "../drive/common.ts";

interface LogsOptions extends CommonOptions {
  readonly kubeconfig?: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly tail?: string;
  readonly previous?: boolean;
  readonly access?: boolean;
}

/** `mesh logs <stack> <service|pod>` */
export function logsCommand(): Command {
  return baseCommand("logs", "Print the log of a container of a stack's pods.", [
    "npm run mesh -- logs dev cart                    what the application of a pod of cart wrote",
    "npm run mesh -- logs dev order:v2 -f             of one version, until Ctrl-C",
    "npm run mesh -- logs dev cart --access           one line for each request that its proxy saw",
    "npm run mesh -- logs dev istiod --tail 50        the control plane's last lines",
    "npm run mesh -- logs dev payment-v1-5c9f6d-x --previous     of the container before its restart",
  ])
    .argument("<stack>", "stack whose cluster it is, e.g. dev")
    .argument("<pod>", "service, service:version, pod, or namespace/pod")
    .option("-c, --container <name>", "container. Default: the application's; of a gateway its proxy")
    .option("-f, --follow", "go on with what is written from now on")
    .option("--tail <lines>", "only the last lines of the log. Default: all")
    .option("-p, --previous", "of the container before its last restart")
    .option("--access", "of the proxy's log the access log alone")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: that of the stack in the sandbox)")
    .action(async (stack: string, name: string, options: LogsOptions) => {
      const { KubernetesApi } = await import("../cluster/kubernetes-api.ts");
      const { podsNamed, PROXY_CONTAINER } = await import("../cluster/pods.ts");
      const { containerOf, isAccessLine, readLog } = await import("../cluster/logs.ts");
      const { access = false, follow = false, previous = false } = options;
      const tail = options.tail === undefined ? undefined : Number(options.tail);
      if (tail !== undefined && (!Number.isInteger(tail) || tail < 0)) {
        throw new UsageError(`expected a number of lines; got ${options.tail ?? ""}`);
      }
      if (follow && options.json === true) {
        throw new UsageError("--json prints one object at the end, and --follow has none");
      }
      const api = new KubernetesApi(options.kubeconfig ?? (await kubeconfigOf(stack, options)));
      const [pod, ...others] = await podsNamed(api, name);
      const container = containerOf(pod, access ? PROXY_CONTAINER : options.container);
      const say = (line: string) => process.stderr.write(`${line}\n`);
      if (others.length > 0) {
        say(`${pod.namespace}/${pod.name}; also: ${others.map((other) => other.name).join(", ")}`);
      }
      const lines: string[] = [];
      const take = (line: string): void => {
        if (access && !isAccessLine(line)) {
          return;
        }
        if (options.json === true) {
          lines.push(line);
        } else {
          print([line]);
        }
      };
      await interruptible(say, (signal) => readLog(api, pod, container, { follow, previous, tail }, take, signal));
      if (options.json === true) {
        printJson({ command: "logs", pod: `${pod.namespace}/${pod.name}`, container, lines });
      }
    });
}

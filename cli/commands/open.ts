import { spawn } from "node:child_process";
import type { Command } from "commander";
import { UsageError } from "../support/exit-codes.ts";
import type { CommonOptions } from "../support/environment.ts";
import { interruptible } from "../support/signals.ts";
import { baseCommand, kubeconfigOf, print, printJson } from "../drive/common.ts";

interface OpenOptions extends CommonOptions {
  readonly kubeconfig?: string;
  readonly port?: string;
  readonly browser: boolean;
}

/** `mesh open <stack> <console>` */
export function openCommand(): Command {
  return baseCommand("open", "Forward a port to a console of a cluster and open it. Nothing is exposed.", [
    "npm run mesh -- open prod grafana --kubeconfig kubeconfig   until Ctrl-C",
    "npm run mesh -- open prod kiali --kubeconfig kubeconfig --port 20001 --no-browser",
  ])
    .argument("<stack>", "stack whose cluster it is")
    .argument("<console>", "grafana, kiali, jaeger, prometheus or alertmanager")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: that of the stack in the sandbox)")
    .option("--port <port>", "port on this machine (default: any that is free)")
    .option("--no-browser", "print the address and open nothing")
    .action(async (stack: string, name: string, options: OpenOptions) => {
      const { CONSOLES, consolePod } = await import("../cluster/console.ts");
      const { KubernetesApi } = await import("../cluster/kubernetes-api.ts");
      const { forwardPort } = await import("../cluster/port-forward.ts");
      const wanted = Object.hasOwn(CONSOLES, name) ? CONSOLES[name] : undefined;
      if (wanted === undefined) {
        throw new UsageError(`there is no console ${name}; known: ${Object.keys(CONSOLES).join(", ")}`);
      }
      const port = options.port === undefined ? 0 : Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new UsageError(`expected a port; got ${options.port ?? ""}`);
      }
      const api = new KubernetesApi(options.kubeconfig ?? (await kubeconfigOf(stack, options)));
      const pod = await consolePod(api, name, wanted);
      const say = (line: string) => process.stderr.write(`${line}\n`);
      await interruptible(say, async (signal) => {
        const forwarded = await forwardPort(api.config, pod, port, say);
        const url = `http://127.0.0.1:${forwarded.port}`;
        if (options.json === true) {
          printJson({ command: "open", console: name, url });
        } else {
          print([url, `login: ${wanted.login}`, "Ctrl-C ends it."]);
        }
        if (options.browser) {
          openBrowser(url, say);
        }
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        await forwarded.close();
      });
    });
}

/** The system's own way to open an address; a machine without one has the address on the screen. */
function openBrowser(url: string, say: (line: string) => void): void {
  const [command, ...args] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => say("no browser was found; open the address yourself"));
  child.unref();
}

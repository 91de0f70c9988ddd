import { type Command, Argument } from "commander";
import type { CommonOptions } from "../support/environment.ts";
import { baseCommand, drive, kubeconfigOf, print, printJson } from "../drive/common.ts";

interface ProxyOptions extends CommonOptions {
  readonly kubeconfig?: string;
}

/** What can be asked of a proxy; all but the first are istioctl's own words. */
const QUESTIONS = ["status", "clusters", "endpoints", "listeners", "routes", "secrets"] as const;

/** `mesh proxy <stack> [service|pod] [what]` */
export function proxyCommand(): Command {
  return baseCommand(
    "proxy",
    "Show what proxies know, by istioctl: whether they are in step with istiod, clusters, routes, certificates.",
    [
      "npm run mesh -- proxy dev                        every proxy, and whether it is in step with istiod",
      "npm run mesh -- proxy dev cart                   what a proxy of cart has that istiod would not send it",
      "npm run mesh -- proxy dev cart clusters          where it may send requests",
      "npm run mesh -- proxy dev istio-ingressgateway routes",
      "npm run mesh -- proxy dev order:v2 secrets       its certificates, and until when they hold",
      "npm run mesh -- proxy dev cart endpoints --json  istioctl's own JSON",
    ],
  )
    .argument("<stack>", "stack whose cluster it is, e.g. dev")
    .argument("[pod]", "service, service:version, pod, or namespace/pod; default: all")
    .addArgument(new Argument("[what]", "what is asked").choices(QUESTIONS).default("status"))
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: that of the stack in the sandbox)")
    .action(
      async (stack: string, name: string | undefined, what: (typeof QUESTIONS)[number], options: ProxyOptions) => {
        const { KubernetesApi } = await import("../cluster/kubernetes-api.ts");
        const { podsNamed } = await import("../cluster/pods.ts");
        const { askIstioctl, istioctlArguments } = await import("../cluster/istioctl.ts");
        const { ensureProgram } = await import("../../sandbox/toolchain/index.ts");
        const kubeconfig = options.kubeconfig ?? (await kubeconfigOf(stack, options));
        const [pod] = name === undefined ? [undefined] : await podsNamed(new KubernetesApi(kubeconfig), name);
        const json = options.json === true;
        const output = await drive(options, async ({ progress, signal, environment }) => {
          const istioctl = await ensureProgram("istioctl", progress, { signal, env: environment });
          return askIstioctl(istioctl, istioctlArguments(what, pod, kubeconfig, json), environment, signal);
        });
        if (!json) {
          print([output.trimEnd()]);
          return;
        }
        // Of one proxy's step with istiod, istioctl gives text alone.
        const answer: unknown = what === "status" && pod !== undefined ? output : JSON.parse(output);
        printJson({ command: "proxy", pod: pod === undefined ? null : `${pod.namespace}/${pod.name}`, [what]: answer });
      },
    );
}

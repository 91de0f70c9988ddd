import { setTimeout as delay } from "node:timers/promises";
import { readForwards, type Forward } from "../../cluster/forwards.ts";
import type { PodRuntime } from "../../contracts.ts";
import { replaceFile } from "../../processes/replace-file.ts";
import { layoutOf } from "../../control-plane/layout.ts";
import { stackOutputs } from "../checkpoint.ts";
import { reportCluster, type ClusterReport } from "../cluster-report.ts";
import { EngineFailure } from "../errors.ts";
import { kubernetesSdkVersion } from "../kubernetes-provider.ts";
import type { LocalCluster } from "../local-cluster.ts";
import type { DriverOptions } from "../options.ts";
import { publicHosts, writePublicHosts } from "../public-hosts.ts";
import { publicRoutes, type PublicRoute } from "../public-routes.ts";
import { assertObjectsKept } from "../recovery.ts";
import { runOperation, type OperationResult } from "../run-operation.ts";
import { fakeCertificates } from "../fake-certificates.ts";
import type { EndableRun } from "../run-control.ts";
import { withStack, type StackSession } from "../stack-session.ts";
import { watchUnschedulable } from "../unschedulable.ts";
import { assertCanRun } from "../unsupported.ts";
import { withCluster } from "../with-cluster.ts";

/** What `up` brought about. */
export interface UpResult extends OperationResult {
  /** What the API server says runs, asked after the engine had ended. */
  readonly cluster: ClusterReport;
  readonly kubeconfig: string;
  readonly server: string;
  /** The application's namespace. */
  readonly namespace: string;
  readonly mode: "sidecar" | "ambient";
  /** Host names that the gateway answers. */
  readonly hosts: readonly string[];
  /** Host name of the load balancer in front of the gateway; undefined without one. Nothing listens there. */
  readonly loadBalancerHostName: string | undefined;
  /** Ports of this machine that lead to the gateways; empty where no pods run. */
  readonly forwards: readonly Forward[];
  /** What of the gateway a browser may open. */
  readonly routes: readonly PublicRoute[];
  readonly podRuntime: PodRuntime;
  /** Version of Pulumi's Kubernetes provider, which applied the Kubernetes resources. */
  readonly kubernetesProvider: string;
  /** Cloud services that are fakes. */
  readonly cloud: readonly string[];
  /** TLS Secrets of the gateway, as `namespace/name`, with a certificate of the sandbox's own. */
  readonly fakeCertificates: readonly string[];
}

/** A Deployment that the engine saw Available may be between two pods for a moment. */
const SETTLE_MS = 15_000;

/**
 * Brings the stack up on its local control plane, then looks for itself whether everything is Available and placed.
 * @throws ConfigError, CommandError, EngineFailure, Interrupted
 */
export async function up(stack: string, options: DriverOptions): Promise<UpResult> {
  return withStack("up", stack, options, async (session) => {
    assertObjectsKept(session.paths);
    assertCanRun(session.stack);
    return withCluster(session, async ({ toolchain, cluster, control }) => {
      writePublicHosts(layoutOf(session.paths.controlPlane).hosts, publicHosts(session.stack));
      const result = await whilePodsFit(cluster, control, async () =>
        // Nothing waits for the control plane but what needs it: the network of the fake cloud is made meanwhile.
        runOperation(session, "up", toolchain, control, cluster),
      );
      const { kubeconfig, server, podRuntime, forwards } = await cluster.ready();
      const certificates = await fakeCertificates(session.stack, kubeconfig, control.signal);
      const report = await settledReport(session, kubeconfig, control.signal);
      const outcome: UpResult = {
        ...result,
        cluster: report,
        kubeconfig,
        server,
        podRuntime,
        forwards: readForwards(forwards),
        routes: publicRoutes(session.stack),
        ...standsInFor(session),
        ...entryOf(session),
        fakeCertificates: certificates,
      };
      replaceFile(session.paths.summary, JSON.stringify({ represented: outcome.represented }));
      return outcome;
    });
  });
}

/** Ends the run when pods find no node. */
async function whilePodsFit<T>(cluster: LocalCluster, control: EndableRun, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, control.signal]);
  cluster.ready().then(
    async ({ kubeconfig }) => watchUnschedulable(kubeconfig, signal, (error) => control.end(error)),
    // Whoever needs the control plane says that it did not start.
    () => undefined,
  );
  try {
    return await work();
  } finally {
    done.abort();
  }
}

async function settledReport(
  { options, stack }: StackSession,
  kubeconfig: string,
  signal: AbortSignal,
): Promise<ClusterReport> {
  options.progress({ phase: "verify", message: "asking the API server whether every Deployment is Available" });
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const report = await reportCluster(kubeconfig, signal);
    if (report.faults.length === 0) {
      return report;
    }
    if (Date.now() > deadline) {
      const problems = report.faults.map((message) => ({ path: "", message }));
      throw new EngineFailure(
        `up of ${stack.name} is done, but not everything runs`,
        problems,
        `Look with: npm run mesh -- status ${stack.name}`,
      );
    }
    await delay(250, undefined, { signal });
  }
}

/** Where requests would enter. */
function entryOf({ stack, paths }: StackSession): Pick<UpResult, "hosts" | "loadBalancerHostName"> {
  const { loadBalancerHostName } = stackOutputs(paths.checkpoint);
  return {
    hosts: stack.catalog.hosts,
    loadBalancerHostName: typeof loadBalancerHostName === "string" ? loadBalancerHostName : undefined,
  };
}

function standsInFor({ stack }: StackSession): Pick<UpResult, "namespace" | "mode" | "kubernetesProvider" | "cloud"> {
  const balancers = "load balancers, for which ports of this machine stand, and volumes, for which its folders do";
  return {
    namespace: stack.catalog.namespace,
    mode: stack.config.mesh.mode,
    kubernetesProvider: kubernetesSdkVersion(),
    cloud:
      stack.config.platform.kind === "eks"
        ? ["AWS (VPC, subnets, NAT gateways, IAM), EKS", balancers]
        : ["the existing cluster", balancers],
  };
}

import { join } from "node:path";
import type { ReplacedRelease } from "../charts/chart-sources.ts";
import { isKubernetesFault, serveFaultProxy, type FaultProxy } from "../control-plane/fault-proxy.ts";
import type { Toolchain } from "../contracts.ts";
import { ChangeCollector, type ChangeLog } from "./changes.ts";
import { chartSourcesFor } from "./charts.ts";
import { readState } from "./checkpoint.ts";
import { runEngine, type EngineOperation } from "./engine.ts";
import { engineEnvironment } from "./engine-environment.ts";
import { engineProgress } from "./engine-progress.ts";
import { engineFailure } from "./errors.ts";
import { endLeftProviders, installKubernetesProvider } from "./kubernetes-provider.ts";
import type { Program } from "./language-host.ts";
import type { LocalCluster } from "./local-cluster.ts";
import { prepareProject, type PreparedProject } from "./project.ts";
import { takeLeftovers } from "./recovery.ts";
import { withReleaseWarnings } from "./release-warnings.ts";
import type { StackSession } from "./stack-session.ts";
import { serveFakes } from "./fakes.ts";
import type { CommandError } from "../../mesh/stack/errors.ts";

/** What a run of the engine came to. */
export interface OperationResult extends ChangeLog {
  /** Releases of placeholders: what their charts run is not there. */
  readonly represented: readonly ReplacedRelease[];
  /** Releases of Istio's own charts that were made from its sources. */
  readonly substituted: readonly ReplacedRelease[];
  /** Keys of encrypted settings that were replaced. */
  readonly replacedSecrets: readonly string[];
  /** Resources in the state afterwards. */
  readonly resources: number;
}

/** Ends a run from the inside: the signal of the user, or the death of the control plane. */
export interface RunControl {
  readonly signal: AbortSignal;
  /** Why the run was ended from the inside, if it was. */
  readonly cause: () => CommandError | undefined;
}

/**
 * One preview, up or destroy through the real engine.
 * @throws EngineFailure with the resources that failed; what was done is in the state.
 */
export async function runOperation(
  session: StackSession,
  operation: EngineOperation,
  toolchain: Toolchain,
  control: RunControl,
  cluster?: LocalCluster,
): Promise<OperationResult> {
  const { paths, lock, options, stack } = session;
  const leftovers = await takeLeftovers(paths, operation, cluster, control.signal, options.progress);
  installKubernetesProvider(paths, toolchain);
  const charts = await chartSourcesFor(session, operation, toolchain, control.signal);
  const began = new Date();
  const faults = await faultsInCluster(session, cluster);
  const kubeconfig = faults?.kubeconfig ?? join(paths.controlPlane, "kubeconfig");
  const [project, standIns] = await Promise.all([
    prepareProject(paths, stack, kubeconfig, charts.settings),
    serveFakes(session, kubeconfig, cluster),
  ]);
  try {
    await standIns.forgetOrphans(leftovers.interruptedCreates, leftovers.knownIds);
    tellReplacedSecrets(session, project);
    const changes = new ChangeCollector();
    const tell = engineProgress(operation, readState(paths.checkpoint).resources.length, options.progress);
    const result = await runEngine({
      operation,
      pulumi: toolchain.pulumi,
      project: paths.project,
      stack: stack.name,
      environment: engineEnvironment(paths, project.passphrase, standIns.debugProviders, options.environment),
      ...(operation === "destroy" ? {} : { program: programOf(session) }),
      signal: control.signal,
      onEvent(event) {
        changes.add(event);
        tell(event);
      },
      onProcess: (engine) => lock.recordEngine(engine),
      onEnd: () => endLeftProviders(paths),
    });
    const log = changes.log();
    const cause = control.cause();
    if (cause !== undefined) {
      throw cause;
    }
    if (result.exitCode !== 0) {
      const problems = await withReleaseWarnings(log.problems, kubeconfig, paths.checkpoint, began);
      throw engineFailure(operation, stack.name, problems, result.stderr);
    }
    const resources = readState(paths.checkpoint).resources.length;
    const { represented, substituted } = charts;
    return { ...log, represented, substituted, replacedSecrets: project.replacedSecrets, resources };
  } finally {
    faults?.close();
    await standIns.close();
  }
}

/** Nothing where the command asks for no faults of the API server. */
async function faultsInCluster(session: StackSession, cluster?: LocalCluster): Promise<FaultProxy | undefined> {
  const { paths, options } = session;
  const faults = options.faults.filter(isKubernetesFault);
  return faults.length === 0 || cluster === undefined
    ? undefined
    : serveFaultProxy({ plane: await cluster.ready(), faults, kubeconfig: join(paths.dir, "faults.kubeconfig") });
}

/** The same function that `pulumi up` runs through index.ts. Loaded when the engine asks for it: a second of imports. */
function programOf({ options }: StackSession): Program {
  return async () => {
    const { program } = await import("../../components/program.ts");
    const { isSecretKey } = await import("../../mesh/load/secret-keys.ts");
    // The file was read and refused where a secret lies in it in plain text; the engine knows the fakes alone.
    return { ...program(options.places.projectDir, isSecretKey) };
  };
}

function tellReplacedSecrets({ options, stack }: StackSession, project: PreparedProject): void {
  if (project.replacedSecrets.length > 0) {
    const keys = project.replacedSecrets.join(", ");
    options.progress({
      phase: "configuration",
      message: `${stack.file}: encrypted values cannot be read here, fakes take their place: ${keys}`,
    });
  }
}

import { dataPlaneOf } from "../../mesh/features/data-plane/data-plane-of.ts";
import { canaryQueries } from "../../mesh/features/canary/queries.ts";
import { nextShare } from "../../mesh/features/canary/steps.ts";
import { print, printJson } from "../drive/common.ts";
import { UsageError } from "../support/exit-codes.ts";
import { interruptible } from "../support/signals.ts";
import { waitFor } from "./apply.ts";
import type { CanaryOptions } from "./options.ts";
import { measure } from "./prometheus.ts";
import { rollOut, type RolloutEnd } from "./rollout.ts";
import type { CanarySession } from "./session.ts";
import { makeFollow } from "./single-step.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Lets Prometheus decide whether the canary gets more requests. */
export async function advanceByAnalysis(session: CanarySession, options: CanaryOptions): Promise<void> {
  const { catalog, config } = session.stack();
  const { version, analysis } = session.spec();
  const url = options.prometheus ?? config.observability.prometheus.address;
  if (url === undefined) {
    throw new UsageError(
      "--analyse needs --prometheus URL: this stack's own Prometheus answers only inside the cluster (kubectl port-forward brings it to http://127.0.0.1:9090)",
    );
  }
  if (options.yes !== true) {
    throw new UsageError("--analyse acts by itself, so it needs --yes");
  }
  const queries = canaryQueries(
    {
      reporter: dataPlaneOf(session.stack()).telemetry.callee,
      service: session.service,
      namespace: catalog.namespace,
      version,
    },
    analysis.windowSeconds,
  );
  const token = process.env["MESH_PROMETHEUS_TOKEN"];
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const unfinished = session.journal()?.rollback;
  const end = await interruptible(say, (signal) =>
    rollOut(
      {
        percent: () => session.percent(),
        hasNext: () => nextShare(session.spec()) !== undefined,
        write: (action, why) => void session.write(action, why),
        apply: () => makeFollow(session, options),
        measure: () => measure({ url, ...(token === undefined ? {} : { token }) }, queries),
        sleep: (seconds) => waitFor(seconds, signal, session.stackName),
        say: (line) => say(`${session.service} ${version} at ${line}`),
        unfinishedRollback: unfinished?.applied === false ? unfinished.why : undefined,
      },
      analysis,
      options.all === true,
    ),
  );
  report(session, end, options);
}

function report(session: CanarySession, end: RolloutEnd, options: CanaryOptions): void {
  if (end.kind === "rolledBack") {
    throw new CommandError(
      "canary.rolled-back",
      `${session.service} ${session.spec().version} was rolled back to ${end.percent} %: ${end.why}`,
      "The stack's file says so: commit it. `next` begins again.",
    );
  }
  if (options.json === true) {
    printJson({
      command: "canary",
      action: "next",
      service: session.service,
      stack: session.stackName,
      to: end.percent,
      outcome: end.kind,
      why: end.why,
      applied: true,
    });
    return;
  }
  print([`${session.service} ${session.spec().version} gets ${end.percent} %: ${end.why}`]);
}

import type { CanaryAction } from "../../mesh/features/canary/steps.ts";
import { drive, print, printJson } from "../drive/common.ts";
import { placesFrom } from "../support/environment.ts";
import { runApplyCommand } from "./apply.ts";
import type { CanaryOptions } from "./options.ts";
import type { CanarySession } from "./session.ts";

/** One step: the edit, its preview, and with --yes the change itself. */
export async function takeStep(session: CanarySession, action: CanaryAction, options: CanaryOptions): Promise<void> {
  const { from, to, path } = session.write(action);
  const { file } = session.stack();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  say(`${file}: ${path}: ${session.spec().version} gets ${to} % instead of ${from} %`);
  const changes = options.apply === undefined ? await previewed(session, options) : null;
  const applied = options.yes === true;
  if (applied) {
    await makeFollow(session, options);
  }
  if (options.json === true) {
    printJson({
      command: "canary",
      action: action.kind,
      service: session.service,
      stack: session.stackName,
      file,
      path,
      from,
      to,
      changes,
      applied,
    });
    return;
  }
  print([
    applied
      ? `applied: ${session.service} ${session.spec().version} gets ${to} %`
      : `not applied: commit ${file} and run pulumi up, or \`mesh up ${session.stackName}\`; --yes does the latter`,
  ]);
}

async function previewed(session: CanarySession, options: CanaryOptions): Promise<readonly string[]> {
  const { preview } = await import("../../sandbox/driver/commands/preview.ts");
  const { diffLines } = await import("../output/diff.ts");
  const { changed } = await drive(options, (driver) => preview(session.stackName, driver));
  process.stderr.write(
    diffLines(changed, process.stderr)
      .map((line) => `${line}\n`)
      .join(""),
  );
  return changed.map(({ urn }) => urn);
}

/** Makes the stack follow its file: in the sandbox, or by the user's own command. */
export async function makeFollow(session: CanarySession, options: CanaryOptions): Promise<void> {
  if (options.apply === undefined) {
    const { up } = await import("../../sandbox/driver/commands/up.ts");
    await drive(options, (driver) => up(session.stackName, driver));
  } else {
    await runApplyCommand(options.apply, placesFrom(options, process.env).projectDir);
  }
  session.markApplied();
}

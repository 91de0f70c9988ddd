import type { ChangeKind, DiffResult } from "./diff.ts";
import { providerPb } from "./messages.ts";

const KINDS = {
  add: [providerPb.PropertyDiff.Kind.ADD, providerPb.PropertyDiff.Kind.ADD_REPLACE],
  delete: [providerPb.PropertyDiff.Kind.DELETE, providerPb.PropertyDiff.Kind.DELETE_REPLACE],
  update: [providerPb.PropertyDiff.Kind.UPDATE, providerPb.PropertyDiff.Kind.UPDATE_REPLACE],
} as const satisfies Record<ChangeKind, readonly [unknown, unknown]>;

/** A diff as the engine's message. */
export function toDiffResponse(diff: DiffResult): InstanceType<typeof providerPb.DiffResponse> {
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  const response = new providerPb.DiffResponse()
    .setChanges(diff.changes ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...diff.replaces])
    .setDeletebeforereplace(diff.deleteBeforeReplace)
    .setHasdetaileddiff(true);
  const topLevel = new Set<string>();
  for (const [path, { kind, replace }] of Object.entries(diff.detailedDiff)) {
    const change = new providerPb.PropertyDiff().setKind(KINDS[kind][replace ? 1 : 0]).setInputdiff(true);
    response.getDetaileddiffMap().set(path, change);
    topLevel.add(path.split(/[.[]/, 1)[0] ?? path);
  }
  return response.setDiffsList([...topLevel]);
}

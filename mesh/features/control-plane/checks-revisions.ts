import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { nearest } from "../../stack/nearest.ts";
import type { MeshConfig } from "../../stack/mesh.ts";
import { revisionsOf, UNNAMED_REVISION } from "./revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** Names of tags, which no revision can have: `istio.io/rev` takes either. */
const TAG_NAMES = ["stable", "canary"];

/** Revisions have names of their own, and every tag points at one of them. */
export const checkRevisions: Check = ({ config }) => {
  const { mesh } = config;
  return mesh.revisions === undefined
    ? withoutRevisions(config)
    : [...besideVersion(mesh), ...names(mesh), ...unknownTargets(mesh), ...missingStable(mesh), ...twoDefaults(mesh)];
};

/** What has a meaning only with revisions. */
function withoutRevisions(config: StackData["config"]): Problem[] {
  const { mesh, catalog } = config;
  const given: readonly (readonly [path: string, value: unknown])[] = [
    ["mesh.tags", mesh.tags],
    ["mesh.ingressGateway.revisionTag", mesh.ingressGateway.revisionTag],
    ["mesh.egressGateway.revisionTag", mesh.egressGateway.revisionTag],
    ["mesh.multiCluster.eastWestGateway.revisionTag", mesh.multiCluster.eastWestGateway.revisionTag],
    ["mesh.internalGateway.revisionTag", mesh.internalGateway.revisionTag],
    ["catalog.revisionTag", catalog.revisionTag],
  ];
  return given
    .filter(([, value]) => value !== undefined)
    .map(([path]) => ({
      path,
      message: "expected mesh.revisions beside it: without revisions there is nothing that a tag could point at",
      remediation: "replace mesh.version by mesh.revisions, or remove this key",
    }));
}

function besideVersion({ version, revisions }: MeshConfig): Problem[] {
  return problemUnless(
    version === undefined || revisions === undefined,
    "mesh.version",
    `expected no version beside mesh.revisions; got "${version}"`,
    `keep this control plane as a revision, { name: ${UNNAMED_REVISION}, version: ${version} }, or remove mesh.version`,
  );
}

function names(mesh: MeshConfig): Problem[] {
  const all = revisionsOf(mesh).map(({ name }) => name);
  return all.flatMap((name, index) => {
    const path = `mesh.revisions[${index}]`;
    if (TAG_NAMES.includes(name)) {
      const remediation = "name it after its version, such as 1-30-7";
      return [{ path: `${path}.name`, message: `expected a name that is no tag's; got "${name}"`, remediation }];
    }
    return problemIf(
      all.indexOf(name) !== index,
      path,
      `expected each revision once; got "${name}" twice`,
      "give one of them another name",
    );
  });
}

function unknownTargets(mesh: MeshConfig): Problem[] {
  const known = revisionsOf(mesh).map(({ name }) => name);
  return Object.entries(mesh.tags ?? {})
    .filter(([, target]) => !known.includes(target))
    .map(([tag, target]) => {
      const match = nearest(target, known);
      return {
        path: `mesh.tags.${tag}`,
        message: `expected a revision of mesh.revisions (${known.join(", ")}); got "${target}"`,
        ...(match === undefined ? {} : { remediation: `did you mean ${match}?` }),
      };
    });
}

function missingStable(mesh: MeshConfig): Problem[] {
  const known = revisionsOf(mesh).map(({ name }) => name);
  return problemUnless(
    known.length < 2 || mesh.tags?.stable !== undefined,
    "mesh.tags.stable",
    `expected the revision of all that chooses no other tag, as there are two: ${known.join(", ")}`,
    "name the one that serves now, and move the tag when the other one has proved itself",
  );
}

/** Namespaces with `istio-injection: enabled` would be injected by both. */
function twoDefaults(mesh: MeshConfig): Problem[] {
  const hasUnnamed = revisionsOf(mesh).some(({ name }) => name === UNNAMED_REVISION);
  const target = mesh.tags?.default;
  return problemIf(
    hasUnnamed && target !== undefined,
    "mesh.tags.default",
    `expected one default; got the revision ${UNNAMED_REVISION} and a tag default at "${target}"`,
    `remove this tag: the revision ${UNNAMED_REVISION} serves these namespaces until it is removed`,
  );
}

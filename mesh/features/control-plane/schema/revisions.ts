import { z } from "zod";
import { matching, optional, semver } from "../../../schema/common.ts";

/** The Istio that is installed where a stack names none. */
export const DEFAULT_ISTIO_VERSION = "1.30.7";

/** What `istio.io/rev` may point at beside a revision itself. A tag moves; a revision's name never does. */
export type TagName = "stable" | "canary" | "default";

/** The tag that a namespace or a gateway names. `default` is for namespaces with `istio-injection: enabled`. */
export const revisionTag = z.enum(["stable", "canary"]);

export type RevisionTag = z.infer<typeof revisionTag>;

/** Helm takes 53 characters for a release's name, and the release is called `istiod-<revision>`. */
const revisionName = matching(
  /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/,
  "expected a revision's name such as 1-30-7 (lower case letters, digits and dashes, at most 40)",
);

/** One control plane, or two while an upgrade lasts. */
export const revisions = z
  .array(
    z.strictObject({
      name: optional(revisionName).describe(
        "Name of the revision, as `istio.io/rev` has it. `default` is the istiod without a revision that `mesh.version` installs. Default: the version with dashes, `1-30-7`.",
      ),
      version: semver.describe("Istio version of this control plane, and of the proxies that its tags inject."),
    }),
  )
  .min(1, "expected one or two revisions")
  .max(2, "expected one or two revisions, as an upgrade needs no third control plane");

const tag = (purpose: string) => revisionName.optional().describe(purpose);

/** Names that point at revisions. */
export const tags = z.strictObject({
  stable: tag("Revision of all that chooses no other tag. Required with two revisions. Default: the only one."),
  canary: tag("Revision of what chooses `revisionTag: canary`. Default: that of `stable`."),
  default: tag(
    "Revision of namespaces with `istio-injection: enabled`, and the one that validates. Default: that of `stable`. Not to be set while a revision is called `default`.",
  ),
});

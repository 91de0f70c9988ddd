import assert from "node:assert/strict";
import fc from "fast-check";
import { stackConfig } from "../../stack/config.ts";
import { applicationNamespace } from "../workloads/namespaces.ts";
import { revisionTags } from "./revision-tags.ts";
import {
  defaultRevision,
  newestVersion,
  oldestVersion,
  PROXY_ANNOTATION,
  revisionOf,
  revisionsOf,
  tagsOf,
} from "./revisions/revisions.ts";
import { workloadObjects } from "../../application.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const BOTH = [{ version: "1.30.7" }, { version: "1.31.2" }];

const meshOf = (mesh: PlainObject) => stackData({ mesh }).config.mesh;

/** Tag to revision. */
const pointers = (mesh: PlainObject) =>
  Object.fromEntries(tagsOf(meshOf(mesh)).map(({ name, revision }) => [name, revision.name]));

describe("revisions of a mesh", () => {
  it("are one without a name where only a version is given, and no tags are made", () => {
    assert.deepEqual(revisionsOf(meshOf({})), [{ name: "default", version: "1.30.7" }]);
    assert.deepEqual(revisionsOf(meshOf({ version: "1.31.2" })), [{ name: "default", version: "1.31.2" }]);
    assert.deepEqual(tagsOf(meshOf({})), []);
  });

  it("are called after their versions, without dots, which Istio does not take", () => {
    assert.deepEqual(revisionsOf(meshOf({ revisions: [{ version: "1.30.7" }, { name: "next", version: "1.31.2" }] })), [
      { name: "1-30-7", version: "1.30.7" },
      { name: "next", version: "1.31.2" },
    ]);
  });

  it("have every tag at the only one", () => {
    assert.deepEqual(pointers({ revisions: [{ version: "1.30.7" }] }), {
      stable: "1-30-7",
      canary: "1-30-7",
      default: "1-30-7",
    });
  });

  it("have canary and default where stable is, until they are moved", () => {
    const revisions = BOTH;
    assert.deepEqual(pointers({ revisions, tags: { stable: "1-30-7" } }), {
      stable: "1-30-7",
      canary: "1-30-7",
      default: "1-30-7",
    });
    assert.deepEqual(pointers({ revisions, tags: { stable: "1-30-7", canary: "1-31-2" } }), {
      stable: "1-30-7",
      canary: "1-31-2",
      default: "1-30-7",
    });
  });

  it("have no tag default while the unnamed one serves istio-injection itself", () => {
    const revisions = [{ name: "default", version: "1.30.7" }, { version: "1.31.2" }];
    const mesh = { revisions, tags: { stable: "1-31-2" } };
    assert.deepEqual(pointers(mesh), { stable: "1-31-2", canary: "1-31-2" });
    assert.equal(defaultRevision(meshOf(mesh)).name, "default");
    assert.equal(defaultRevision(meshOf({ revisions: [{ version: "1.31.2" }] })).name, "1-31-2");
  });

  it("share definitions of the newest and a node agent of the oldest, compared as numbers", () => {
    const mesh = meshOf({ revisions: [{ version: "1.31.10" }, { version: "1.31.9" }], tags: { stable: "1-31-9" } });
    assert.equal(newestVersion(mesh), "1.31.10");
    assert.equal(oldestVersion(mesh), "1.31.9");
  });

  it("whatever tags say, a tag points at a revision that exists, and one revision validates", () => {
    const name = fc.constantFrom("default", "1-30-7", "1-31-2");
    const tags = fc.record({ stable: name, canary: name, default: name }, { requiredKeys: [] });
    const revisions = fc.uniqueArray(fc.record({ name, version: fc.constantFrom("1.30.7", "1.31.2") }), {
      minLength: 1,
      maxLength: 2,
      selector: (revision) => revision.name,
    });
    fc.assert(
      fc.property(revisions, tags, (given, pointed) => {
        const mesh = meshOf({ revisions: given, tags: pointed });
        const known = revisionsOf(mesh);
        for (const { revision } of tagsOf(mesh)) {
          assert.ok(known.includes(revision) || known.some(({ name }) => name === revision.name));
        }
        const defaults = [
          ...known.filter((revision) => revision.name === "default"),
          ...tagsOf(mesh).filter((tag) => tag.name === "default"),
        ];
        assert.equal(defaults.length, 1);
        assert.ok(known.some((revision) => revision.name === defaultRevision(mesh).name));
      }),
    );
  });
});

describe("what follows a revision", () => {
  const annotationOf = (config: PlainObject) =>
    workloadObjects(stackData(config)).flatMap((object) =>
      object.kind === "Deployment" ? [object.spec.template.metadata.annotations[PROXY_ANNOTATION]] : [],
    );

  it("the application's namespace: istio-injection, or a tag, never both", () => {
    const labels = (config: PlainObject) => {
      const { labels: all = {} } = applicationNamespace(stackData(config)).metadata;
      return { injection: all["istio-injection"], revision: all["istio.io/rev"] };
    };
    assert.deepEqual(labels({}), { injection: "enabled", revision: undefined });
    const mesh = { revisions: BOTH, tags: { stable: "1-30-7", canary: "1-31-2" } };
    assert.deepEqual(labels({ mesh }), { injection: undefined, revision: "stable" });
    assert.deepEqual(labels({ mesh, catalog: { name: "ecommerce", revisionTag: "canary" } }), {
      injection: undefined,
      revision: "canary",
    });
  });

  it("its pods start again when their proxy changes, and only then", () => {
    const on = (stable: string, revisionTag: string) => ({
      mesh: { revisions: BOTH, tags: { stable, canary: "1-31-2" } },
      catalog: { name: "ecommerce", revisionTag },
    });
    const [before] = annotationOf({});
    assert.equal(before, "default/1.30.7");
    assert.ok(annotationOf({}).every((annotation) => annotation === before));
    assert.equal(annotationOf({ mesh: { version: "1.31.2" } })[0], "default/1.31.2");
    assert.equal(annotationOf(on("1-30-7", "stable"))[0], "1-30-7/1.30.7");
    // Back from canary to stable after stable has moved: the same proxy, so no restart.
    assert.deepEqual(annotationOf(on("1-30-7", "canary")), annotationOf(on("1-31-2", "stable")));
  });

  it("a gateway: the revision of its tag", () => {
    const mesh = meshOf({ revisions: BOTH, tags: { stable: "1-30-7", canary: "1-31-2" } });
    assert.equal(revisionOf(mesh, undefined).version, "1.30.7");
    assert.equal(revisionOf(mesh, "canary").version, "1.31.2");
  });
});

describe("the object of a tag", () => {
  const tags = (mesh: PlainObject) => revisionTags(stackData({ mesh }));
  const moved = { revisions: BOTH, tags: { stable: "1-30-7", canary: "1-31-2" } };

  it("is not made without revisions", () => {
    assert.deepEqual(tags({}), []);
  });

  it("sends pods of its namespaces to the revision it points at, by the names that istiod and istioctl look for", () => {
    const [stable, canary] = tags(moved);
    assert.equal(canary?.metadata.name, "istio-revision-tag-canary");
    assert.deepEqual(
      [canary.metadata.labels?.["istio.io/tag"], canary.metadata.labels?.["istio.io/rev"]],
      ["canary", "1-31-2"],
    );
    const services = (object: typeof stable) => object?.webhooks.map(({ clientConfig }) => clientConfig.service?.name);
    assert.deepEqual(services(stable), ["istiod-1-30-7", "istiod-1-30-7"]);
    assert.deepEqual(services(canary), ["istiod-1-31-2", "istiod-1-31-2"]);
    for (const { name, failurePolicy, namespaceSelector } of canary.webhooks) {
      assert.match(name, /\.sidecar-injector\.istio\.io$/);
      assert.equal(failurePolicy, "Fail");
      const injection = namespaceSelector?.matchExpressions?.find(({ key }) => key === "istio-injection");
      assert.equal(injection?.operator, "DoesNotExist");
    }
  });

  it("keeps its name when it moves, so that the move is one update and no pod is made without a webhook", () => {
    const names = (stable: string) => tags({ ...moved, tags: { stable } }).map(({ metadata }) => metadata.name);
    assert.deepEqual(names("1-30-7"), names("1-31-2"));
  });

  it("points at the Service of the unnamed istiod, which has no revision in its name", () => {
    const revisions = [{ name: "default", version: "1.30.7" }, { version: "1.31.2" }];
    const [stable] = tags({ revisions, tags: { stable: "default" } });
    assert.equal(stable?.metadata.labels?.["istio.io/rev"], "default");
    assert.equal(stable.webhooks[0]?.clientConfig.service?.name, "istiod");
  });

  it("called default serves istio-injection: enabled, too; the others do not", () => {
    const all = tags(moved);
    const serves = all.map(({ metadata, webhooks }) => [
      metadata.name,
      webhooks.some(({ namespaceSelector }) =>
        namespaceSelector?.matchExpressions?.some(
          ({ key, values }) => key === "istio-injection" && values?.[0] === "enabled",
        ),
      ),
    ]);
    assert.deepEqual(Object.fromEntries(serves), {
      "istio-revision-tag-stable": false,
      "istio-revision-tag-canary": false,
      "istio-revision-tag-default": true,
    });
  });
});

describe("the schema of revisions", () => {
  const problems = (mesh: PlainObject) => {
    const parsed = stackConfig.safeParse({ platform: { kind: "kubeconfig" }, mesh });
    return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
  };

  it("takes one or two, each with a version", () => {
    assert.deepEqual(problems({ revisions: BOTH, tags: { stable: "1-30-7" } }), []);
    assert.match(
      problems({ revisions: [...BOTH, { version: "1.32.0" }] })[0] ?? "",
      /mesh\.revisions: expected one or two/,
    );
    assert.match(problems({ revisions: [] })[0] ?? "", /mesh\.revisions: expected one or two/);
    assert.match(problems({ revisions: [{ name: "next" }] })[0] ?? "", /mesh\.revisions\.0\.version/);
  });

  it("takes no names that Kubernetes or Helm would refuse, and no other tags", () => {
    for (const name of ["1.30.7", "-a", "Next", "x".repeat(41)]) {
      assert.match(problems({ revisions: [{ name, version: "1.30.7" }] })[0] ?? "", /expected a revision's name/, name);
    }
    assert.equal(problems({ revisions: BOTH, tags: { stabel: "1-30-7" } }).length, 1);
  });
});

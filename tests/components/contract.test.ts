import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import { clusterName } from "../../mesh/kubernetes/names.ts";
import { stackObjects, stackReleases } from "../../mesh/inventory.ts";
import { secretTemplates } from "../../mesh/secrets.ts";
import { record, type Registered } from "../support/record.ts";
import { PROJECT_DIRECTORY, settingsOf, STACKS } from "../support/stacks.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

for (const stack of STACKS) {
  describe(`component contract: ${stack}`, () => {
    let graph: Registered[];

    before(async () => {
      graph = await record(() => program(), { stack, settings: settingsOf(stack) });
    });

    it("gives every resource a parent: only the stack has none", () => {
      const roots = graph.filter(({ parent }) => parent === undefined);
      assert.deepEqual(
        roots.map(({ type }) => type),
        ["pulumi:pulumi:Stack"],
      );
    });

    it("puts every custom resource under a component, and no provider but the cluster's into one", () => {
      const types = new Map(graph.map(({ urn, type }) => [urn, type]));
      for (const { custom, type, name, parent } of graph) {
        const parentType = types.get(parent ?? "");
        if (type === "pulumi:providers:aws") {
          assert.equal(parentType, "pulumi:pulumi:Stack");
        } else if (type.startsWith("pulumi:providers:")) {
          assert.match(parentType ?? "", /^ecommerce-mesh:cluster:/);
        } else if (custom) {
          assert.notEqual(parentType, "pulumi:pulumi:Stack", `${type} ${name} lies at the root`);
        }
      }
    });

    it("uses the cluster's provider for every Kubernetes object, and the region's for every AWS one", () => {
      for (const { type, name, provider } of graph) {
        if (type.startsWith("kubernetes:")) {
          assert.match(provider ?? "", /cluster-kubernetes$/, `${type} ${name}`);
        }
        if (type.startsWith("aws:")) {
          assert.match(provider ?? "", /::aws$/, `${type} ${name}`);
        }
      }
    });

    it("hands the region's provider to the remote components, through a component that they lie in", () => {
      const byUrn = new Map(graph.map((resource) => [resource.urn, resource]));
      for (const remote of graph.filter((resource) => resource.remote)) {
        const providers: string[] = [];
        for (let at = byUrn.get(remote.parent ?? ""); at !== undefined; at = byUrn.get(at.parent ?? "")) {
          providers.push(at.providers["aws"] ?? "");
        }
        assert.ok(
          providers.some((provider) => provider.endsWith("::aws")),
          remote.name,
        );
      }
    });

    it("knows the cluster by name, so that a change of the cluster replaces no Kubernetes object", () => {
      const provider = graph.find(({ type }) => type === "pulumi:providers:kubernetes");
      const { config } = readStackFile(PROJECT_DIRECTORY, stack);
      assert.equal(provider?.inputs["clusterIdentifier"], clusterName(stack, config));
    });

    it("marks the values of Secrets and the kubeconfig as secret", () => {
      for (const { inputs, name } of graph.filter(({ type }) => type === "kubernetes:core/v1:Secret")) {
        assert.ok(isSecret(inputs["stringData"]), `${name}.stringData`);
      }
      const provider = graph.find(({ type }) => type === "pulumi:providers:kubernetes");
      assert.ok(stack === "local" || isSecret(provider?.inputs["kubeconfig"]), "kubeconfig");
    });

    it("puts no inputs into a component's own state", () => {
      for (const { custom, remote, inputs, name } of graph) {
        assert.ok(custom || remote || Object.keys(inputs).length === 0, name);
      }
    });

    it("registers exactly the objects, Secrets and releases that render writes", () => {
      const data = readStackFile(PROJECT_DIRECTORY, stack);
      const secrets = secretTemplates(data).map(({ metadata }) => ({ kind: "Secret", metadata }));
      const rendered = [...stackObjects(data, clusterName(stack, data.config)), ...secrets].map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
      );
      const releases = stackReleases(data, "any").map(({ name, namespace }) => `Release ${namespace}/${name}`);
      assert.deepEqual(graph.flatMap(objectKey).sort(), [...rendered, ...releases].sort());
    });
  });
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && SIGNATURE in value;
}

function objectKey({ type, inputs }: Registered): string[] {
  if (!type.startsWith("kubernetes:")) {
    return [];
  }
  const kind = type.split(":").at(-1) ?? "";
  const at = (kind === "Release" ? inputs : inputs["metadata"]) as {
    readonly name: string;
    readonly namespace?: string;
  };
  return [`${kind} ${at.namespace ?? ""}/${at.name}`];
}

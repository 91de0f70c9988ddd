import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineEnvironment } from "../../../sandbox/driver/engine-environment.ts";
import { installKubernetesProvider, kubernetesSdkVersion } from "../../../sandbox/driver/kubernetes-provider.ts";
import { placesOf, stackPaths } from "../../../sandbox/driver/paths.ts";
import { KUBERNETES_PROVIDER_VERSION } from "../../../sandbox/toolchain/versions.ts";

describe("Pulumi's Kubernetes provider in the sandbox", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mesh-plugin-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const program = (name: string, files: readonly string[]): string => {
    mkdirSync(join(dir, name));
    files.forEach((file) => writeFileSync(join(dir, name, file), name));
    return join(dir, name, "pulumi-resource-kubernetes");
  };

  it("is built as the version that the program's SDK asks for", () => {
    assert.equal(KUBERNETES_PROVIDER_VERSION, kubernetesSdkVersion());
  });

  it("is where the engine looks, with its schema beside it; a newer build takes its place", () => {
    const [pulumiHome, home] = [join(dir, "pulumi-home"), join(dir, "home")];
    const plugin = join(pulumiHome, "plugins", `resource-kubernetes-v${kubernetesSdkVersion()}`);
    for (const build of ["old", "new"]) {
      const files = ["pulumi-resource-kubernetes", "schema.json"];
      installKubernetesProvider({ pulumiHome, home }, { kubernetesProvider: program(build, files) });
      assert.deepEqual(readdirSync(plugin).sort(), files);
      assert.deepEqual(
        files.map((file) => readFileSync(join(plugin, file), "utf8")),
        [build, build],
      );
    }
  });

  it("keeps the kubeconfigs that it leaves in a folder of the stack, which each run empties", () => {
    const paths = stackPaths(placesOf({ projectDir: dir }), "dev");
    const { TMPDIR = "" } = engineEnvironment(paths, "passphrase", [], { TMPDIR: "/tmp" });
    mkdirSync(TMPDIR, { recursive: true });
    writeFileSync(join(TMPDIR, "kubeconfig1"), "");
    installKubernetesProvider(paths, { kubernetesProvider: program("any", []) });
    assert.deepEqual(readdirSync(TMPDIR), []);
  });

  it("gets nothing of the user's that could lead it to another cluster", () => {
    const theirs = {
      HOME: "/home/me",
      KUBECONFIG: "/home/me/.kube/config",
      KUBERNETES_SERVICE_HOST: "10.0.0.1",
      HELM_CONFIG_HOME: "/home/me/helm",
      AWS_PROFILE: "prod",
      PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
      PATH: "/usr/bin",
    };
    const paths = stackPaths(placesOf({ projectDir: dir }), "dev");
    const environment = engineEnvironment(paths, "passphrase", [], theirs);
    const own = Object.entries(environment).filter(([, value]) => value.startsWith(paths.dir));
    assert.deepEqual(own.map(([name]) => name).sort(), [
      "HELM_CACHE_HOME",
      "HELM_CONFIG_HOME",
      "HELM_DATA_HOME",
      "HOME",
      "KUBECONFIG",
      "PULUMI_HOME",
      "TMPDIR",
    ]);
    for (const name of ["KUBERNETES_SERVICE_HOST", "AWS_PROFILE", "PULUMI_K8S_ENABLE_PATCH_FORCE"]) {
      assert.equal(environment[name], undefined, name);
    }
  });
});

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ResultJson } from "../../../cli/output/result-json.ts";
import { stackOutputs } from "../../../sandbox/driver/checkpoint.ts";
import { placesOf, stackPaths } from "../../../sandbox/driver/paths.ts";
import { identifyProcess } from "../../../sandbox/processes/process-identity.ts";
import { KubernetesClient } from "../../../sandbox/cluster/client.ts";
import { readKubeconfig } from "../../../sandbox/cluster/kubeconfig.ts";
import { listAt, stringAt } from "../../../mesh/kubernetes/fields.ts";
import { TemporaryProject, statusOf } from "../../support/mesh-command.ts";

/** Namespaces of the control plane itself. */
const OWN_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

/**
 * A stack's whole life, from the first `up` to the last process.
 * @param more adds tests to the stack while it is up, with a change that was previewed and not made
 */
export function lifeOf(
  stack: string,
  more: (project: () => TemporaryProject, previewed: () => ResultJson) => void,
): void {
  describe(`the life of ${stack}`, function () {
    this.timeout(900_000);
    let project: TemporaryProject;
    let previewed: ResultJson;

    before(() => {
      project = new TemporaryProject();
    });
    after(async () => {
      await project.remove();
    });

    it("comes up with every Deployment Available and every pod placed", async () => {
      const result = await project.json<ResultJson>(["up", stack]);
      assert.equal(result.changes.same, 0);
      assert.equal(result.changes.create, result.changed.length);
      assert.ok(result.represented.every((chart) => chart !== ""));
      const status = await statusOf(project, stack);
      const { cluster } = status;
      assert.ok(cluster !== undefined);
      assert.deepEqual(cluster.faults, []);
      const application = cluster.namespaces.find(({ name }) => name === "ecommerce");
      assert.ok(application !== undefined && application.deployments >= 6);
      assert.equal(application.deploymentsAvailable, application.deployments);
      assert.equal(Object.keys(cluster.nodesByZone).length, 3);
    });

    it("gives out where requests enter and which roles there are", () => {
      const outputs = stackOutputs(stackPaths(placesOf({ projectDir: project.dir }), stack).checkpoint);
      assert.match(
        String(outputs["loadBalancerHostName"]),
        /^istio-ingressgateway-[0-9a-f]+\.elb\.eu-west-1\.amazonaws\.com$/,
      );
      const roles = outputs["roleArns"] as Record<string, string>;
      for (const name of ["cluster", "nodes", "vpc-cni", "aws-ebs-csi-driver", "aws-load-balancer-controller"]) {
        assert.match(roles[name] ?? "", /^arn:aws:iam::\d{12}:role\//, name);
      }
    });

    it("previews of a canary's weight exactly the objects that carry it, and nothing else that is left to do", async () => {
      const carriers = renderedRoutesWith(
        project,
        stack,
        await project.run(["render", stack, "--out", project.path("before")]),
      );
      project.edit("catalogs/ecommerce.yaml", "weight: 20", "weight: 40");
      previewed = await project.json<ResultJson>(["preview", stack]);
      const { changes, changed } = previewed;
      assert.ok(changes.same > 100);
      assert.equal(changes.update, changed.length);
      assert.equal(changed.length, carriers.length);
      for (const { urn, paths } of changed) {
        assert.match(urn, /networking\.istio\.io\/v1:VirtualService::/);
        assert.ok(paths.length > 0);
        paths.forEach((path) => assert.match(path, /^spec\.http\[\d+\]\.route\[\d+\]\.weight$/));
      }
    });

    it("keeps every secret out of what it wrote and out of the engine's state, history and backups", async () => {
      const secrets = await secretsOf((await project.run(["kubeconfig", stack])).stdout.trim());
      // Grafana's password, Kiali's key and Redis's password; in dev the private key of the certificate too.
      assert.ok(secrets.length >= (stack === "dev" ? 4 : 3), `${secrets.length} secrets`);
      const { backend, checkpoint } = stackPaths(placesOf({ projectDir: project.dir }), stack);
      assert.ok(existsSync(checkpoint));
      const files = readdirSync(backend, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const places = new Map([
        ["the output", project.transcript],
        ...files.map((file) => [file, textOf(file)] as const),
      ]);
      assert.ok(project.transcript.length > 1000);
      for (const { name, forms } of secrets) {
        for (const [place, text] of places) {
          assert.ok(!forms.some((form) => text.includes(form)), `${name} is in ${place}`);
        }
      }
    });

    more(
      () => project,
      () => previewed,
    );

    it("leaves no object behind when it is destroyed", async () => {
      const kubeconfig = (await project.run(["kubeconfig", stack])).stdout.trim();
      const result = await project.json<ResultJson>(["destroy", stack]);
      assert.equal(result.changes.delete, result.changed.length);
      assert.deepEqual(await names(kubeconfig, "/api/v1/namespaces"), OWN_NAMESPACES);
      assert.deepEqual(await names(kubeconfig, "/api/v1/nodes"), []);
      assert.deepEqual(await names(kubeconfig, "/api/v1/pods"), []);
      for (const webhooks of ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]) {
        assert.deepEqual(await names(kubeconfig, `/apis/admissionregistration.k8s.io/v1/${webhooks}`), []);
      }
      const cloud = JSON.parse(readFileSync(project.path(".sandbox", stack, "cloud.json"), "utf8")) as {
        objects: unknown[];
      };
      assert.deepEqual(cloud.objects, []);
    });

    it("leaves no process behind after down", async () => {
      const status = await statusOf(project, stack);
      const processes = Object.values(status.processes);
      assert.ok(processes.length >= 5);
      assert.equal((await project.run(["down"])).code, 0);
      assert.deepEqual(
        processes.map((pid) => identifyProcess(pid)),
        processes.map(() => undefined),
      );
      assert.equal((await project.run(["kubeconfig", stack])).code, 1);
    });
  });
}

/** Rendered files whose routes carry the canary's weights: told from the files alone. */
function renderedRoutesWith(
  project: TemporaryProject,
  stack: string,
  { code, stderr }: { code: number | null; stderr: string },
): string[] {
  assert.equal(code, 0, stderr);
  const files = readdirSync(project.path("before", "objects"), { recursive: true, encoding: "utf8" });
  const carriers = files.filter(
    (file) =>
      file.endsWith(".yaml") && /weight: 80$/m.test(readFileSync(project.path("before", "objects", file), "utf8")),
  );
  assert.ok(carriers.length > 0, `no rendered object of ${stack} carries the weight`);
  return carriers;
}

/** A secret and the texts in which it would be recognized. */
interface PlantedSecret {
  readonly name: string;
  readonly forms: readonly string[];
}

/** Every secret that the program planted, read from the cluster; what is shorter than a password is a name. */
async function secretsOf(kubeconfig: string): Promise<PlantedSecret[]> {
  const client = new KubernetesClient(await readKubeconfig(kubeconfig));
  try {
    const path = "/api/v1/secrets?labelSelector=app.kubernetes.io%2Fmanaged-by%3Decommerce-mesh";
    return listAt(await client.call("GET", path), "items").flatMap((item) => {
      const { data = {} } = item as { readonly data?: Readonly<Record<string, string>> };
      return Object.entries(data)
        .filter(([key]) => key !== "tls.crt")
        .map(([key, base64]) => ({ key, base64, text: Buffer.from(base64, "base64").toString() }))
        .filter(({ text }) => text.length >= 16)
        .map(({ key, base64, text }) => ({
          name: `${stringAt(item, "metadata", "name") ?? ""}/${key}`,
          // Of a private key its first line alone is secret for sure: the last ones hold the public key.
          forms: [base64, text.startsWith("-----BEGIN") ? (text.split("\n")[1] ?? "") : text],
        }));
    });
  } finally {
    client.close();
  }
}

/** The text of a file; the engine's backend may compress. */
function textOf(file: string): string {
  const content = readFileSync(file);
  return (file.endsWith(".gz") ? gunzipSync(content) : content).toString();
}

async function names(kubeconfig: string, path: string): Promise<string[]> {
  const client = new KubernetesClient(await readKubeconfig(kubeconfig));
  try {
    return listAt(await client.call("GET", path), "items")
      .map((item) => stringAt(item, "metadata", "name") ?? "")
      .sort();
  } finally {
    client.close();
  }
}

import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

const KUBECONFIG = "apiVersion: v1\nkind: Config\n# token of eu-2\n";
const KEY = "ecommerce-mesh:remoteKubeconfig-eu-2";
const AUTHORITY = Object.fromEntries(
  ["ca-cert", "ca-key", "root-cert", "cert-chain"].map((name) => [`ecommerce-mesh:meshCa-${name}`, `pem of ${name}`]),
);
const SECRETS = { ...AUTHORITY, [KEY]: KUBECONFIG };

/** The local stack as one cluster of several. */
function settings(secrets: Readonly<Record<string, string>>): Record<string, string> {
  const local = settingsOf("local");
  const mesh = JSON.parse(local["ecommerce-mesh:mesh"] ?? "{}") as Record<string, unknown>;
  const multiCluster = {
    eastWestGateway: { enabled: true, serviceType: "NodePort", replicas: { min: 1, max: 1 } },
    certificateAuthority: "config",
    remoteClusters: ["eu-2"],
    remoteServices: {
      ledger: { host: "ledger.finance.svc.cluster.local", port: 8080, endpoints: [{ address: "192.168.7.7" }] },
    },
  };
  const platform = JSON.parse(local["ecommerce-mesh:platform"] ?? "{}") as { readonly nodes: object };
  return {
    ...local,
    // With one more gateway the local stack needs more nodes than its file has.
    "ecommerce-mesh:platform": JSON.stringify({ ...platform, nodes: { ...platform.nodes, count: 5 } }),
    "ecommerce-mesh:mesh": JSON.stringify({ ...mesh, network: "laptop", multiCluster }),
    ...secrets,
  };
}

const key = ({ type, name }: Registered) => `${type}::${name}`;

describe("a stack that is one cluster of several", () => {
  let graph: Registered[];

  before(async () => {
    graph = await record(() => program(), {
      stack: "local",
      settings: settings(SECRETS),
      secretKeys: Object.keys(SECRETS),
    });
  });

  const find = (pattern: RegExp): Registered => {
    const found = graph.find((resource) => pattern.test(key(resource)));
    assert.ok(found, pattern.source);
    return found;
  };

  it("gives istiod the kubeconfig of the remote cluster in a Secret, marked as secret, and nowhere else", () => {
    const secret = find(/core\/v1:Secret::remote-clusters-eu-2/);
    const { stringData } = secret.inputs as { stringData: Record<string, unknown> };
    assert.deepEqual(stringData["value"], { "eu-2": KUBECONFIG });
    assert.ok(Object.keys(stringData).length > 1, "the engine's mark of a secret is there");
    const others = graph.filter((resource) => resource !== secret);
    assert.doesNotMatch(JSON.stringify(others), /token of eu-2/);
  });

  it("gives istiod its certificate authority before it starts, marked as secret", () => {
    const secret = find(/core\/v1:Secret::mesh-cacerts/);
    const { stringData } = secret.inputs as { stringData: Record<string, unknown> };
    assert.equal((stringData["value"] as Record<string, string>)["ca-key.pem"], "pem of ca-key");
    assert.ok(find(/Release::istiod/).dependencies.includes(secret.urn));
    assert.doesNotMatch(JSON.stringify(graph.filter((resource) => resource !== secret)), /pem of ca-key/);
  });

  it("opens the east-west gateway only behind a control plane, and what it lets through after it", () => {
    const gateway = find(/Release::istio-eastwestgateway/);
    assert.ok(gateway.dependencies.includes(find(/Release::istiod/).urn));
    assert.ok(find(/Gateway::mesh-gateway-cross-network-gateway/).dependencies.includes(gateway.urn));
  });

  it("knows the remote service", () => {
    const { spec } = find(/ServiceEntry::traffic-serviceentry-ledger/).inputs as { spec: { hosts: string[] } };
    assert.deepEqual(spec.hosts, ["ledger.finance.svc.cluster.local"]);
  });

  it("is refused without the kubeconfig, and with one that belongs to no cluster, before anything is registered", async () => {
    await assert.rejects(
      record(() => program(), { stack: "local", settings: settings(AUTHORITY), secretKeys: Object.keys(AUTHORITY) }),
      /Pulumi\.local\.yaml: remoteKubeconfig-eu-2: expected a secret, because .* names eu-2; got nothing \(pulumi config set --secret/,
    );
    const others = { ...SECRETS, "ecommerce-mesh:remoteKubeconfig-eu-3": "x" };
    await assert.rejects(
      record(() => program(), { stack: "local", settings: settings(others), secretKeys: Object.keys(others) }),
      /remoteKubeconfig-eu-3: nothing asks for this secret \(did you mean remoteKubeconfig-eu-2\?\)/,
    );
  });

  it("is refused with a secret in plain text, and with settings that are a secret, each by its key", async () => {
    const secretKeys = [...Object.keys(AUTHORITY), "ecommerce-mesh:tags"];
    await assert.rejects(
      record(() => program(), {
        stack: "local",
        settings: { ...settings(SECRETS), "ecommerce-mesh:tags": "{}" },
        secretKeys,
      }),
      (error: Error) => {
        assert.match(
          error.message,
          /^Pulumi\.local\.yaml: remoteKubeconfig-eu-2: expected a secret; got plain text \(pulumi config set --secret ecommerce-mesh:remoteKubeconfig-eu-2/m,
        );
        assert.match(error.message, /^Pulumi\.local\.yaml: tags: expected settings in plain text, .* got a secret/m);
        assert.doesNotMatch(error.message, /token of eu-2/);
        return true;
      },
    );
  });
});

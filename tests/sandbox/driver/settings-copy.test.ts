import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ensureSecretsKey } from "../../../sandbox/driver/passphrase.ts";
import { copySettings, FAKE_SECRET } from "../../../sandbox/driver/settings-copy.ts";

describe("the copy of a stack's settings", () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mesh-settings-"));
    path = join(dir, "Pulumi.dev.yaml");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("replaces encrypted values and the user's keys, and names what was replaced", () => {
    const settings = [
      "secretsprovider: awskms://alias/x",
      "encryptedkey: abc",
      "config:",
      "  ecommerce-mesh:token:",
      "    secure: v1:xyz",
      "  ecommerce-mesh:deep: { list: [{ secure: v1:abc }], name: n }",
    ];
    writeFileSync(path, settings.join("\n"));
    const copy = copySettings(path, { encryptionSalt: "v1:salt" });
    assert.deepEqual(parse(copy.text), {
      config: {
        "ecommerce-mesh:token": FAKE_SECRET,
        "ecommerce-mesh:deep": { list: [FAKE_SECRET], name: "n" },
      },
      encryptionsalt: "v1:salt",
    });
    assert.deepEqual(copy.replacedSecrets, ["ecommerce-mesh:token", "ecommerce-mesh:deep.list"]);
    assert.equal(readFileSync(path, "utf8"), settings.join("\n"));
  });

  it("points a stack on an existing cluster to the sandbox's own, and forgets the user's context", () => {
    writeFileSync(
      path,
      "config:\n  ecommerce-mesh:platform: { kind: kubeconfig, path: ~/.kube/config, context: production }\n",
    );
    const { text } = copySettings(path, { encryptionSalt: "s", kubeconfig: "/sandbox/kubeconfig" });
    const { config } = parse(text) as { config: Record<string, unknown> };
    assert.deepEqual(config["ecommerce-mesh:platform"], { kind: "kubeconfig", path: "/sandbox/kubeconfig" });
  });

  it("names other places of charts, beside what the file says and where it says nothing", () => {
    writeFileSync(
      path,
      "config:\n  ecommerce-mesh:mesh: { version: 1.30.7 }\n  observability: { jaeger: { enabled: true } }\n",
    );
    const { text } = copySettings(path, {
      encryptionSalt: "s",
      charts: [
        { path: ["mesh", "repository"], directory: "/charts" },
        { path: ["observability", "jaeger", "chart", "repository"], directory: "/charts" },
        { path: ["traffic", "dns", "chart", "repository"], directory: "/vendored" },
      ],
    });
    assert.deepEqual((parse(text) as { config: unknown }).config, {
      "ecommerce-mesh:mesh": { version: "1.30.7", repository: "/charts" },
      observability: { jaeger: { enabled: true, chart: { repository: "/charts" } } },
      "ecommerce-mesh:traffic": { dns: { chart: { repository: "/vendored" } } },
    });
  });
});

describe("the key of a stack's secrets", () => {
  it("is made once, in Pulumi's notation, and readable by its owner only", async function () {
    this.timeout(10_000);
    const dir = mkdtempSync(join(tmpdir(), "mesh-key-"));
    try {
      const key = await ensureSecretsKey(join(dir, "passphrase"));
      assert.match(key.encryptionSalt, /^v1:[\w+/=]+:v1:[\w+/=]+:[\w+/=]+$/);
      assert.deepEqual(await ensureSecretsKey(join(dir, "passphrase")), key);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

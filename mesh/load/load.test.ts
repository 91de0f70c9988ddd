import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ConfigError } from "../stack/errors.ts";
import { loadStack, readStackFile, stackValues } from "./load.ts";
import { listStacks } from "./stack-files.ts";
import { merge } from "./merge.ts";
import { readYamlFile } from "./yaml-file.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../tests/support/stacks.ts";
import type { PlainObject } from "../stack/plain-object.ts";

describe("reading a stack", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mesh-config-"));
    cpSync(join(PROJECT_DIRECTORY, "catalogs"), join(directory, "catalogs"), { recursive: true });
    for (const stack of STACKS) {
      cpSync(join(PROJECT_DIRECTORY, `Pulumi.${stack}.yaml`), join(directory, `Pulumi.${stack}.yaml`));
    }
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** The problems of prod with some values changed, one `file: path: message (remediation)` a line. */
  function problemsOf(values: PlainObject): string[] {
    const file = readYamlFile(directory, "Pulumi.prod.yaml") as { readonly config: PlainObject };
    const changed = merge(stackValues(file.config), values) as PlainObject;
    try {
      loadStack(directory, "prod", changed);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.message.split("\n");
    }
    return [];
  }

  it("refuses tags that AWS would refuse", () => {
    assert.deepEqual(problemsOf({ tags: { "aws:owner": "shop" } }), [
      'Pulumi.prod.yaml: tags.aws:owner: expected a tag key that does not begin with aws:, which AWS keeps to itself; got the key "aws:owner"',
    ]);
    assert.match(problemsOf({ tags: { "AWS:owner": "shop" } })[0] ?? "", /does not begin with aws:/);
    assert.match(problemsOf({ tags: { [`k${"x".repeat(128)}`]: "" } })[0] ?? "", /a tag key of 1 to 128/);
    assert.match(problemsOf({ tags: { owner: "a,b" } })[0] ?? "", /tags\.owner: expected a tag value of at most 256/);
    assert.deepEqual(problemsOf({ tags: { "awsome:Team 1/é": "x+y=z@shop.example" } }), []);
  });

  it("accepts every stack of the repository and freezes what it gives", () => {
    for (const stack of STACKS) {
      const data = readStackFile(directory, stack);
      assert.equal(data.name, stack);
      assert.throws(() => Object.assign(data.config.mesh.istiod.replicas, { min: 9 }), TypeError);
    }
  });

  it("lists the stacks that have a file", () => {
    assert.deepEqual(listStacks(directory), ["dev", "local", "prod", "staging"]);
  });

  it("names the stacks that exist when asked for one that does not", () => {
    assert.throws(() => readStackFile(directory, "prd"), {
      code: "stack.unknown",
      message:
        "Pulumi.prd.yaml: there is no stack named prd (did you mean prod? known stacks: dev, local, prod, staging)",
    });
  });

  it("takes a remote cluster's kubeconfig encrypted, keeps it out of the stack's data, and refuses it in plain text", () => {
    const path = join(directory, "Pulumi.local.yaml");
    const file = readYamlFile(directory, "Pulumi.local.yaml") as { readonly config: PlainObject };
    const write = (kubeconfig: unknown) => {
      const mesh = { multiCluster: { certificateAuthority: "existingSecret", remoteClusters: ["eu-2"] } };
      const config = { "ecommerce-mesh:mesh": mesh, "ecommerce-mesh:remoteKubeconfig-eu-2": kubeconfig };
      writeFileSync(path, stringify(merge(file, { config })));
    };
    write({ secure: "v1:abc" });
    assert.doesNotMatch(JSON.stringify(readStackFile(directory, "local")), /v1:abc/);
    write("apiVersion: v1");
    assert.throws(() => readStackFile(directory, "local"), /remoteKubeconfig-eu-2: expected a secret; got plain text/);
  });

  it("refuses a secret among settings that lie in the state in plain text", () => {
    const path = join(directory, "Pulumi.local.yaml");
    const file = readYamlFile(directory, "Pulumi.local.yaml") as { readonly config: PlainObject };
    const tags = { list: [{ secure: "v1:abc" }] };
    writeFileSync(path, stringify(merge(file, { config: { "ecommerce-mesh:tags": tags } })));
    assert.throws(
      () => readStackFile(directory, "local"),
      /^ConfigError: Pulumi\.local\.yaml: tags: expected settings in plain text, .*; got a secret \(set it without --secret/,
    );
  });

  it("does not read outside the project for a stack named like a path", () => {
    assert.throws(() => readStackFile(directory, "../prod"), { code: "stack.unknown" });
  });

  it("says where a file is not YAML", () => {
    writeFileSync(join(directory, "Pulumi.dev.yaml"), "config:\n  ecommerce-mesh:mesh: {version: 1.30.7\n  b: ]\n");
    assert.throws(
      () => readStackFile(directory, "dev"),
      /^ConfigError: Pulumi\.dev\.yaml: not valid YAML at line \d+, column \d+: /,
    );
  });

  it("wants an object under config", () => {
    writeFileSync(join(directory, "Pulumi.dev.yaml"), "config: [1]\n");
    assert.throws(() => readStackFile(directory, "dev"), /Pulumi\.dev\.yaml: config: expected an object/);
  });

  it("asks for the platform of an empty file", () => {
    writeFileSync(join(directory, "Pulumi.dev.yaml"), "");
    assert.throws(() => readStackFile(directory, "dev"), /Pulumi\.dev\.yaml: platform: expected .*got nothing/);
  });

  it("names an unknown key and the one that was meant, at any depth", () => {
    assert.deepEqual(problemsOf({ observabillity: {}, mesh: { istiod: { replica: {} } } }), [
      "Pulumi.prod.yaml: mesh.istiod.replica: unknown key (did you mean replicas?)",
      "Pulumi.prod.yaml: observabillity: unknown key (did you mean observability?)",
    ]);
  });

  it("lists the keys that exist where nothing is near", () => {
    assert.deepEqual(problemsOf({ traffic: { zzzzzz: 1 } }), [
      "Pulumi.prod.yaml: traffic.zzzzzz: unknown key (known keys: hosts, tls, loadBalancer, dns, faults, mirroring, internalGateway, rateLimitService, httpsRedirect)",
    ]);
  });

  it("says what was expected and what it got", () => {
    assert.deepEqual(
      problemsOf({
        cluster: { version: 1.35, systemPool: { min: "three" } },
        network: { nat: "perzone", cidr: "10.0.0.1/16" },
        mesh: { istiod: { replicas: { min: 0 } }, meshId: "Mesh_1" },
      }),
      [
        'Pulumi.prod.yaml: network.cidr: expected an IPv4 network in CIDR notation without host bits, such as 10.0.0.0/16; got "10.0.0.1/16"',
        'Pulumi.prod.yaml: network.nat: expected "none" or "single" or "perZone"; got "perzone" (did you mean perZone?)',
        "Pulumi.prod.yaml: cluster.version: expected a string; got 1.35 (quote it in YAML)",
        'Pulumi.prod.yaml: cluster.systemPool.min: expected a number; got "three"',
        'Pulumi.prod.yaml: mesh.meshId: expected a DNS label (lower case letters, digits and dashes, at most 63); got "Mesh_1"',
        "Pulumi.prod.yaml: mesh.istiod.replicas.min: expected at least 1; got 0",
      ],
    );
  });

  it("wants ports of every gateway, above 1023, and real sizes of what the proxies may do", () => {
    assert.deepEqual(
      problemsOf({
        mesh: {
          ingressGateway: { ports: [] },
          egressGateway: { ports: [{ name: "https", port: 443, targetPort: 443 }] },
          proxy: { image: "alpine", drainSeconds: 0 },
          cni: { binDirectory: "opt/cni/bin" },
          hub: "https://registry.example.com/istio",
        },
      }),
      [
        'Pulumi.prod.yaml: mesh.hub: expected a registry and path such as registry.example.com/istio; got "https://registry.example.com/istio"',
        "Pulumi.prod.yaml: mesh.ingressGateway.ports: expected at least 1 entries; got []",
        "Pulumi.prod.yaml: mesh.egressGateway.ports[0].targetPort: expected at least 1024; got 443",
        'Pulumi.prod.yaml: mesh.cni.binDirectory: expected an absolute path; got "opt/cni/bin"',
        'Pulumi.prod.yaml: mesh.proxy.image: expected "distroless" or "default" or "debug"; got "alpine"',
        "Pulumi.prod.yaml: mesh.proxy.drainSeconds: expected at least 1; got 0",
      ],
    );
  });

  it("names the file that holds the value: the stack's for an override, else the catalog's", () => {
    assert.deepEqual(problemsOf({ services: { cart: { port: 99999 } } }), [
      "Pulumi.prod.yaml: services.cart.port: expected at most 65535; got 99999",
    ]);
    const path = join(directory, "catalogs/ecommerce.yaml");
    const shop = parse(readText(path)) as PlainObject;
    writeFileSync(path, stringify(merge(shop, { services: { cart: { prot: 1 } } })));
    assert.deepEqual(problemsOf({}), ["catalogs/ecommerce.yaml: services.cart.prot: unknown key (did you mean port?)"]);
  });

  it("names the right file for a claim with a dot in its name, in the catalog and in a stack's override", () => {
    const access = {
      shop: { from: { namespaces: ["shop"] }, paths: ["/*"], token: { claims: { "realm.roles": [] } } },
    };
    const wrong = 'services.cart.access.shop.token.claims["realm.roles"]: expected at least 1 entries; got []';
    assert.deepEqual(problemsOf({ services: { cart: { access } } }), [`Pulumi.prod.yaml: ${wrong}`]);
    const path = join(directory, "catalogs/ecommerce.yaml");
    writeFileSync(path, stringify(merge(parse(readText(path)), { services: { cart: { access } } })));
    assert.deepEqual(problemsOf({}), [`catalogs/ecommerce.yaml: ${wrong}`]);
  });

  it("names the right file for a tag with a dot in its name that a cross-check refuses", () => {
    const services = { cart: { telemetry: { customTags: { "user.id": {} } } } };
    assert.match(
      problemsOf({ services }).join("\n"),
      /^Pulumi\.prod\.yaml: services\.cart\.telemetry\.customTags\["user\.id"\]: expected exactly one of/,
    );
  });

  it("refuses a key that has a new name, with the new key and value", () => {
    const problems = (whenAway: string) => problemsOf({ traffic: { rateLimitService: { whenAway } } });
    const path = "Pulumi.prod.yaml: traffic.rateLimitService.whenAway";
    assert.deepEqual(problems("refuse"), [`${path}: expected failureMode: closed, the new name of whenAway: refuse`]);
    assert.deepEqual(problems("allow"), [`${path}: expected failureMode: open, the new name of whenAway: allow`]);
    assert.deepEqual(problems("no"), [`${path}: expected failureMode: open or closed, the new name of whenAway: no`]);
  });

  it("refuses what nothing would read also where it equals the default, and takes an empty object for nothing", () => {
    const address = "ratelimit.limits.svc.cluster.local:8081";
    const service = (redis: PlainObject) => ({ traffic: { rateLimitService: { address, replicas: 2, redis } } });
    const paths = (values: PlainObject) => problemsOf(values).map((line) => line.split(": ")[1]);
    assert.deepEqual(
      paths(service({ replicas: 3 })),
      ["replicas", "redis"].map((key) => `traffic.rateLimitService.${key}`),
    );
    assert.deepEqual(paths(service({})), ["traffic.rateLimitService.replicas"]);
    const ztunnel = readStackFile(directory, "prod").config.mesh.ambient.ztunnel as unknown as PlainObject;
    assert.deepEqual(paths({ mesh: { ambient: { ztunnel } } }), ["mesh.ambient.ztunnel"]);
  });

  it("refuses settings of a sidecar in an ambient mesh, in the file that holds them, also where they equal the default", () => {
    const sidecar = { excludeOutboundPorts: [{ port: 5432, networks: ["10.0.0.0/16"] }] };
    const resources = readStackFile(directory, "local").config.mesh.proxy.resources as unknown as PlainObject;
    const local = (readYamlFile(directory, "Pulumi.local.yaml") as { readonly config: PlainObject }).config;
    const values = { mesh: { mode: "ambient", proxy: { resources } }, services: { cart: { sidecar } } };
    assert.throws(
      () => loadStack(directory, "local", merge(stackValues(local), values) as PlainObject),
      (error) =>
        error instanceof ConfigError &&
        ["mesh.proxy.resources", "services.cart.sidecar"].every((path) =>
          error.problems.some((problem) => problem.path === path && problem.file === undefined),
        ),
    );
  });

  it("refuses an override of a service that the catalog does not have", () => {
    assert.deepEqual(problemsOf({ services: { prodct: {} } }), [
      "Pulumi.prod.yaml: services.prodct: the catalog ecommerce has no such service (did you mean product?)",
    ]);
  });

  it("refuses a catalog that does not exist and names those that do", () => {
    assert.deepEqual(problemsOf({ catalog: { name: "shop" } }), [
      "Pulumi.prod.yaml: catalog.name: no catalog named shop (known: bookinfo, cloud-native, ecommerce, enterprise, frontend-backend)",
    ]);
  });

  it("tells an unknown key together with what the cross-checks find", () => {
    const problems = problemsOf({
      mesh: { istiod: { replica: {} }, version: "1.31.1" },
      services: { order: { versions: { v1: { weight: 90 } } } },
    });
    assert.equal(problems.length, 3);
    assert.match(problems.join("\n"), /mesh\.istiod\.replica: unknown key/);
    assert.match(problems.join("\n"), /mesh\.version: Istio 1\.31\.1 carries/);
    assert.match(problems.join("\n"), /weights that sum to 100; got 90/);
  });

  const dev = (from: string, to: string): void => {
    const path = join(directory, "Pulumi.dev.yaml");
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(from));
    writeFileSync(path, text.replace(from, to));
  };

  for (const [what, from, to, says] of [
    ["a slip at the top of the file", "config:", "confg:", /confg: unknown key \(did you mean config\?\)/],
    [
      "a slip in the project's name",
      "ecommerce-mesh:mesh",
      "ecommerce-mehs:mesh",
      /did you mean ecommerce-mesh:mesh\?/,
    ],
    ["half of the project's name", "ecommerce-mesh:mesh", "ecommerce:mesh", /did you mean ecommerce-mesh:mesh\?/],
    ["a key twice", "config:", "config:\n  mesh: {}", /mesh: expected each key once; got ecommerce-mesh:mesh too/],
    ["an alias without its anchor", "nat: single", "nat: *none", /not valid YAML: Unresolved alias/],
    ["two documents", "config:", "a: 1\n---\nconfig:", /not valid YAML at .*: one document was expected/],
    ["a broken number", "desired: 3", "desired: 3.5", /Pool\.desired: expected a whole number; got 3\.5/],
  ] as const) {
    it(`refuses ${what}, which would be passed over or end in a stack trace`, () => {
      dev(from, to);
      assert.throws(
        () => readStackFile(directory, "dev"),
        (error) => error instanceof ConfigError && says.test(error.message),
      );
    });
  }

  it("leaves the keys of providers to them", () => {
    dev("config:", "config:\n  aws:profile: shop\n  kubernetes:cluster: x");
    assert.equal(readStackFile(directory, "dev").name, "dev");
  });

  it("refuses a catalog that is empty, or named otherwise than its file", () => {
    const path = join(directory, "catalogs/ecommerce.yaml");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/^name: ecommerce$/m, "name: shop"));
    assert.deepEqual(problemsOf({}), [
      'catalogs/ecommerce.yaml: name: expected the name of the file, ecommerce; got "shop"',
    ]);
    writeFileSync(path, "");
    assert.deepEqual(problemsOf({}), [
      "catalogs/ecommerce.yaml: expected an object: name, namespace, hosts and services",
    ]);
  });

  it("merges an override into the catalog and leaves the rest", () => {
    const { catalog } = readStackFile(directory, "prod");
    assert.equal(catalog.services["payment"]?.loadBalancing, "LEAST_REQUEST");
    const product = catalog.services["product"];
    assert.deepEqual([product?.versions["v2"]?.replicas, product?.canary?.weight], [{ min: 2, max: 4 }, 20]);
  });
});

function readText(path: string): string {
  return stringify(readYamlFile("/", path.slice(1)));
}

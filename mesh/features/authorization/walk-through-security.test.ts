import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readStackFile } from "../../load/load.ts";
import type { AuthorizationPolicyObject } from "../../kubernetes/objects.ts";
import { stackObjects } from "../../inventory.ts";
import { authorize } from "../../../analysis/authorization/authorize.ts";
import type { InboundRequest } from "../../../analysis/authorization/request.ts";
import { servicePeerAuthentications } from "./peer-authentication.ts";
import { requestAuthentications } from "./request-authentication.ts";
import type { StackData } from "../../stack/stack.ts";
import { PROJECT_DIRECTORY } from "../../../tests/support/stacks.ts";

type Settings = Readonly<Record<string, unknown>>;

/** The blocks of settings in docs/security.md, by the catalog that each names. */
const BLOCKS = new Map(
  [
    ...readFileSync(join(PROJECT_DIRECTORY, "docs/security.md"), "utf8").matchAll(
      /```yaml\n(ecommerce-mesh:catalog:[^`]+)```/g,
    ),
  ].map(([, text = ""]) => {
    const settings = parse(text) as Settings;
    return [(settings["ecommerce-mesh:catalog"] as { name: string }).name, settings] as const;
  }),
);

const INGRESS = "cluster.local/ns/istio-ingress/sa/istio-ingressgateway";

/** A request of the gateway, with a token of this issuer's subject. */
function fromGateway(
  method: string,
  path: string,
  claims?: Readonly<Record<string, unknown>>,
): Partial<InboundRequest> {
  return { principal: INGRESS, method, path, ...(claims === undefined ? {} : { claims }) };
}

describe("the examples of docs/security.md", () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "mesh-security-"));
    cpSync(join(PROJECT_DIRECTORY, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    cpSync(join(PROJECT_DIRECTORY, "catalogs"), join(directory, "catalogs"), { recursive: true });
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  /** The stack `local` with a block of the page: it is read and cross-checked as any other. */
  function stackOf(catalog: string): StackData {
    const local = parse(readFileSync(join(PROJECT_DIRECTORY, "Pulumi.local.yaml"), "utf8")) as { config: Settings };
    const config = { ...local.config, ...BLOCKS.get(catalog) };
    writeFileSync(join(directory, "Pulumi.local.yaml"), stringify({ config }));
    return readStackFile(directory, "local");
  }

  function passes(stack: StackData, service: string, request: Partial<InboundRequest>): boolean {
    const policies = stackObjects(stack, "test").filter(
      (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
    );
    return authorize(
      { policies, rootNamespace: "istio-system", trustDomains: [stack.config.mesh.trustDomain] },
      { namespace: stack.catalog.namespace, labels: { app: service } },
      { method: "GET", path: "/", port: stack.catalog.services[service]?.port ?? 0, ...request },
    ).allowed;
  }

  it("are of four catalogs", () => {
    assert.deepEqual([...BLOCKS.keys()], ["ecommerce", "enterprise", "bookinfo", "cloud-native"]);
  });

  it("want a token for the profile, and let order ask without one", () => {
    const stack = stackOf("ecommerce");
    const somebody = { iss: "https://auth.example.com", sub: "u1" };
    assert.equal(passes(stack, "user", fromGateway("GET", "/users/profile", somebody)), true);
    assert.equal(passes(stack, "user", fromGateway("GET", "/users/profile")), false);
    assert.equal(passes(stack, "user", fromGateway("POST", "/users/profile", somebody)), false);
    assert.equal(passes(stack, "user", fromGateway("GET", "/users/1", somebody)), false);
    assert.equal(passes(stack, "user", { principal: "cluster.local/ns/ecommerce/sa/order", path: "/users/1" }), true);
  });

  it("let admins do everything with payments, and customers and merchants read and pay", () => {
    const stack = stackOf("enterprise");
    const of = (sub: string, claims: object = {}) => ({ iss: "https://auth.ecommerce.com", sub, ...claims });
    const may = (method: string, claims?: Readonly<Record<string, unknown>>) =>
      passes(stack, "payment", fromGateway(method, "/api/payments/1", claims));
    const methods = ["GET", "POST", "PUT", "DELETE"];
    assert.deepEqual(
      methods.map((method) => may(method, of("admin"))),
      [true, true, true, true],
    );
    for (const role of ["customer", "merchant"]) {
      assert.deepEqual(
        methods.map((method) => may(method, of("user", { role }))),
        [true, true, false, false],
        role,
      );
    }
    assert.equal(may("GET", of("user", { role: "guest" })), false);
    assert.equal(may("GET", of("user")), false);
    assert.equal(may("GET"), false);
    const [authentication] = requestAuthentications(stack);
    assert.deepEqual(authentication?.spec.jwtRules, [
      {
        issuer: "https://auth.ecommerce.com",
        jwksUri: "https://auth.ecommerce.com/.well-known/jwks.json",
        audiences: ["payment-api", "ecommerce-api"],
        forwardOriginalToken: true,
      },
    ]);
  });

  it("take plain text on the port of metrics from the scraper's network, and there alone", () => {
    const stack = stackOf("enterprise");
    const [peer] = servicePeerAuthentications(stack);
    assert.deepEqual([peer?.spec.mtls?.mode, peer?.spec.portLevelMtls], ["STRICT", { "9090": { mode: "DISABLE" } }]);
    const scrape = { path: "/metrics", port: 9090 };
    assert.equal(passes(stack, "payment", { ...scrape, sourceIp: "10.20.1.2" }), true);
    assert.equal(passes(stack, "payment", { ...scrape, sourceIp: "10.30.1.2" }), false);
    assert.equal(passes(stack, "payment", { ...scrape, port: 8080, sourceIp: "10.20.1.2" }), false);
  });

  it("show viewers of istio-system the page, and let them change nothing", () => {
    const stack = stackOf("bookinfo");
    const viewer = "cluster.local/ns/istio-system/sa/viewer";
    for (const path of ["/productpage", "/static/a.css", "/api/v1/products"]) {
      assert.equal(passes(stack, "productpage", { principal: viewer, path }), true, path);
    }
    assert.equal(passes(stack, "productpage", { principal: viewer, path: "/login" }), false);
    assert.equal(passes(stack, "productpage", { principal: viewer, path: "/productpage", method: "POST" }), false);
    assert.equal(
      passes(stack, "productpage", { principal: "cluster.local/ns/default/sa/viewer", path: "/productpage" }),
      false,
    );
  });

  it("take plain text at two services, and nowhere else", () => {
    const modes = servicePeerAuthentications(stackOf("cloud-native")).map(({ metadata, spec }) => [
      metadata.name,
      spec.mtls?.mode,
    ]);
    assert.deepEqual(modes.sort(), [
      ["api-gateway", "PERMISSIVE"],
      ["frontend", "PERMISSIVE"],
    ]);
  });
});

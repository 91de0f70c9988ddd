import assert from "node:assert/strict";
import fc from "fast-check";
import { catalog as catalogSchema } from "../../stack/catalog.ts";
import { stackConfig } from "../../stack/config.ts";
import { applicationObjects } from "../../application.ts";
import { checkStack } from "../../checks/index.ts";
import { matchesRequest, type Place } from "../../../analysis/explain/http-match.ts";
import type { MeshRequest } from "../../../analysis/explain/types.ts";
import type { IstioObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import type { HttpMatch, HttpRoute, StringMatch } from "../../kubernetes/istio.ts";
import { arbitraryCatalog } from "../../../tests/support/arbitrary-catalog.ts";
import { httpRoutesOf } from "../../../tests/support/traffic-objects.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const CONFIG = stackConfig.parse({
  platform: { kind: "kubeconfig", nodes: { count: 9, cpu: "64", memory: "256Gi", zones: 3 } },
  // Production would refuse images without digests, which are none of traffic's business.
  security: { profile: "development" },
});

const CALLER: Place = { gateway: "mesh", port: 8080, labels: { app: "caller", version: "v1" }, namespace: "shop" };

/** The stack, when the catalog passes all checks. */
function goodStack(catalog: PlainObject): StackData | undefined {
  const parsed = catalogSchema.safeParse(catalog);
  if (!parsed.success) {
    return undefined;
  }
  const stack = { config: CONFIG, catalog: parsed.data };
  return checkStack(stack).length === 0 ? stack : undefined;
}

/** For every good catalog. */
function always(property: (stack: StackData) => void): void {
  let good = 0;
  fc.assert(
    fc.property(arbitraryCatalog, (catalog) => {
      const stack = goodStack(catalog);
      if (stack !== undefined) {
        good += 1;
        property(stack);
      }
    }),
    { numRuns: 120 },
  );
  assert.ok(good > 50, `only ${good} catalogs were good`);
}

const istioObjects = (stack: StackData) =>
  applicationObjects(stack).filter(({ apiVersion }) => apiVersion.includes("istio.io")) as IstioObject[];

function destinationsOf(objects: readonly IstioObject[]) {
  return objects.flatMap((object) =>
    object.kind === "VirtualService"
      ? [...(object.spec.http ?? []), ...(object.spec.tls ?? []), ...(object.spec.tcp ?? [])].flatMap((route) => [
          ...(route.route ?? []).map(({ destination }) => destination),
          ...("mirror" in route ? [route.mirror] : []),
        ])
      : [],
  );
}

/** A text that satisfies the match and as little else as possible. */
function witnessOf(match: StringMatch): string {
  if (match.exact !== undefined) {
    return match.exact;
  }
  if (match.prefix !== undefined) {
    return `${match.prefix}~`;
  }
  // The first that fits: for mere presence a value that no other condition asks for.
  const samples = ["~", "x~", "zyz", "c1=x", "c1=y", "c2=x", "c2=y"];
  return samples.find((sample) => new RegExp(`^(?:${match.regex ?? ".*"})$`).test(sample)) ?? "~";
}

function texts(matches: Readonly<Record<string, StringMatch>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(matches ?? {}).map(([name, match]) => [name, witnessOf(match)]));
}

/** One request for each method that the match takes: an earlier route may take some of them. */
function requestsFor(match: HttpMatch): MeshRequest[] {
  const methods = match.method?.regex?.split("|") ?? [match.method?.exact ?? "DELETE"];
  return methods.map((method) => ({
    method,
    scheme: "http",
    host: "callee.shop.svc.cluster.local",
    port: 8080,
    path: match.uri === undefined ? "/~" : witnessOf(match.uri),
    query: texts(match.queryParams),
    headers: texts(match.headers),
  }));
}

function isTaken({ match }: HttpRoute, request: MeshRequest, place: Place): boolean {
  return match === undefined || match.some((block) => matchesRequest(block, request, place));
}

describe("for any good catalog", () => {
  it("weights sum to 100 in every route that has several", () => {
    always((stack) => {
      for (const route of httpRoutesOf(istioObjects(stack), "callee")) {
        assert.equal(
          (route.route ?? []).reduce((sum, { weight }) => sum + (weight ?? 0), 0),
          100,
        );
      }
    });
  });

  it("every route of a service can be reached: what asks for just its match gets it", () => {
    always((stack) => {
      const routes = httpRoutesOf(istioObjects(stack), "callee");
      routes.forEach((route, index) => {
        const reached = (route.match ?? [{}]).some((block) => {
          const place = block.sourceLabels === undefined ? { ...CALLER, labels: {} } : CALLER;
          return requestsFor(block).some(
            (request) => routes.findIndex((candidate) => isTaken(candidate, request, place)) === index,
          );
        });
        assert.ok(reached, `${route.name ?? ""} in ${JSON.stringify(routes.map(({ name, match }) => [name, match]))}`);
      });
    });
  });

  it("every request has an answer: the last route, and no other, takes all", () => {
    always((stack) => {
      const routes = httpRoutesOf(istioObjects(stack), "callee");
      assert.deepEqual(
        routes.map(({ match }) => match === undefined),
        routes.map((_, index) => index === routes.length - 1),
      );
      assert.ok(routes.every(({ route }) => (route ?? []).length > 0));
    });
  });

  it("every destination has a DestinationRule, and every subset pods", () => {
    always((stack) => {
      const objects = istioObjects(stack);
      const rules = new Map(
        objects.flatMap((object) => (object.kind === "DestinationRule" ? [[object.spec.host, object.spec]] : [])),
      );
      const pods = applicationObjects(stack).flatMap((object) =>
        object.kind === "Deployment" ? [object.spec.template.metadata.labels] : [],
      );
      for (const destination of destinationsOf(objects)) {
        const rule = destination === undefined ? undefined : rules.get(destination.host);
        assert.ok(rule, destination?.host);
        const subset = rule.subsets?.find(({ name }) => name === destination?.subset);
        assert.ok(destination?.subset === undefined || subset !== undefined, destination?.subset);
      }
      for (const { host, subsets } of rules.values()) {
        const service = host.split(".")[0];
        for (const { name, labels } of subsets?.filter(({ labels }) => labels !== undefined) ?? []) {
          assert.ok(
            pods.some(({ app, version }) => app === service && version === labels?.["version"]),
            `${host} ${name}`,
          );
        }
      }
    });
  });
});

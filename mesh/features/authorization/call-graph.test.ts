import assert from "node:assert/strict";
import fc from "fast-check";
import { accessMatrix } from "../../../analysis/access/matrix.ts";
import { partiesOf } from "../../../analysis/access/parties.ts";
import type { AuthorizationPolicyObject, NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { authorize } from "../../../analysis/authorization/authorize.ts";
import { connects } from "../../../analysis/authorization/network.ts";
import type { StackData } from "../../stack/stack.ts";
import { readStackFile } from "../../load/load.ts";
import {
  expected,
  GATEWAY,
  isSaid,
  meaning,
  type Request,
  said,
  SAMPLES,
  worldOf,
} from "../../../tests/support/call-graph.ts";
import { catalogFiles } from "../../../tests/support/catalogs.ts";
import { randomCatalog, randomRequest } from "../../../tests/support/random-catalog.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../../tests/support/stacks.ts";

/** Every ordered pair of those who call and the services, with what decides about it. */
function checkPairs(stack: StackData, requests: readonly Request[]): void {
  const world = worldOf(stack);
  const policies = world.objects.filter(
    (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
  );
  const network = world.objects.filter((object): object is NetworkPolicyObject => object.kind === "NetworkPolicy");
  const matrix = accessMatrix(world);
  const everybody = partiesOf(world);
  const callers = everybody.filter(({ kind, name }) => kind === "service" || name === GATEWAY);
  for (const callee of everybody.filter(({ kind }) => kind === "service")) {
    for (const caller of callers.filter(({ name }) => name !== callee.name)) {
      const pair = `${caller.name} -> ${callee.name}`;
      const [target, source, principal] = [callee.workload, caller.workload, caller.principal];
      assert.ok(target !== undefined && source !== undefined && principal !== undefined);
      for (const request of requests) {
        const { allowed } = authorize(
          { policies, rootNamespace: "istio-system", trustDomains: ["cluster.local"] },
          target,
          { principal, ...request, port: callee.ports[0] ?? 0 },
        );
        assert.equal(
          allowed,
          isSaid(stack.catalog, caller.name, callee.name, request),
          `${pair} ${JSON.stringify(request)}`,
        );
      }
      const linked = said(stack.catalog, caller.name, callee.name).length > 0;
      const namespaceLabels = new Map<string, Record<string, string>>();
      const connected = connects(
        { policies: network, namespaceLabels },
        { pod: source },
        { pod: target },
        callee.ports[0] ?? 0,
      );
      assert.equal(connected.allowed, linked, `${pair} on the network`);
      const otherPort = connects({ policies: network, namespaceLabels }, { pod: source }, { pod: target }, 22);
      assert.equal(otherPort.allowed, false, `${pair} on port 22`);
      const edge = matrix.find(({ from, to }) => from === caller.name && to === callee.name);
      assert.deepEqual(meaning(edge), expected(stack.catalog, caller.name, callee.name), `${pair} in the matrix`);
    }
  }
}

describe("the reach of each caller", () => {
  it("follows the call graph, for every ordered pair of random catalogs, by identity, by network and in the matrix", () => {
    fc.assert(
      fc.property(randomCatalog, fc.array(randomRequest, { minLength: 1, maxLength: 8 }), (catalog, requests) => {
        checkPairs({ ...stackData(), catalog }, requests);
      }),
      { numRuns: 60 },
    );
  });

  for (const stack of STACKS) {
    it(`follows the catalog of ${stack}`, () => {
      checkPairs(readStackFile(PROJECT_DIRECTORY, stack), SAMPLES);
    });
  }

  for (const catalog of catalogFiles()) {
    it(`follows the catalog ${catalog}`, () => {
      checkPairs(readStackFile(PROJECT_DIRECTORY, "local", catalog), SAMPLES);
    });
  }

  it("lets nobody in without a certificate, but through the gateway", () => {
    const edges = accessMatrix(worldOf(stackData())).filter(({ from }) => from === "outside");
    assert.deepEqual(
      edges.filter(({ allowed }) => allowed).map(({ to }) => to),
      [GATEWAY],
    );
    assert.deepEqual(edges.find(({ to }) => to === "cart")?.by, ["PeerAuthentication istio-system/default"]);
  });

  it("lets services out of the mesh only where the mesh does", () => {
    const out = (outboundTraffic: string) =>
      accessMatrix(worldOf(stackData({ mesh: { outboundTraffic } })))
        .filter(({ to, from }) => to === "outside" && !from.startsWith("istio-"))
        .map(({ allowed }) => allowed);
    assert.deepEqual([...new Set(out("REGISTRY_ONLY"))], [false]);
    assert.deepEqual([...new Set(out("ALLOW_ANY"))], [true]);
  });

  it("has every ordered pair once, gateways and the outside included", () => {
    const edges = accessMatrix(worldOf(stackData()));
    const names = [...new Set(edges.map(({ from }) => from))];
    assert.equal(names.length, 8);
    assert.ok(names.includes("outside") && names.includes("istio-egressgateway"));
    assert.equal(new Set(edges.map(({ from, to }) => `${from} ${to}`)).size, names.length * (names.length - 1));
    assert.equal(edges.length, names.length * (names.length - 1));
  });
});

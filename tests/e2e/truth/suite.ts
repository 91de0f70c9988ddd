import assert from "node:assert/strict";
import { LiveMesh, needsPods, onAll } from "../../support/live-mesh.ts";
import { callsOf, publicRequestsOf, splitAs, togetherAgainst } from "../../support/truth.ts";
import type { PlainObject } from "../../../mesh/stack/plain-object.ts";

/** Requests to each way in, and to all of those together whose answers are split alike. */
const FEW = 6;
const MANY = 300;

/** Minutes that a catalog may take on a busy machine. */
const TIMEOUT_MS = 480_000;

/** What is foretold of a catalog, held against the real mesh; `more` adds tests to the same one. */
export function truthOf(
  catalog: string | (() => PlainObject),
  settings: (yaml: string) => string,
  more: (mesh: () => LiveMesh) => void = () => undefined,
): void {
  const name = typeof catalog === "string" ? catalog : "a random catalog";
  describe(`the truth about ${name}`, function () {
    this.timeout(TIMEOUT_MS);
    let live: LiveMesh | undefined;
    const mesh = (): LiveMesh => {
      assert.ok(live !== undefined);
      return live;
    };

    before(async function () {
      await needsPods(this);
      live = await LiveMesh.up(typeof catalog === "string" ? catalog : catalog(), settings);
    });
    after(() => live?.down());

    it("is what access and explain foretell for every ordered pair, granted and ungranted", async () => {
      const calls = callsOf(mesh().stack);
      assert.ok(calls.some(({ granted }) => !granted));
      const differences = await onAll(calls, async ({ from, text, granted }) => {
        const { observation, verdict } = await mesh().send(text, { from });
        const [reply] = observation.replies;
        const passed = reply?.name !== undefined || reply?.status === 200;
        const what = `${text} from ${from}`;
        return [
          ...(verdict?.because ?? ["not judged"]).map((why) => `${what}: ${why}`),
          ...(passed === granted ? [] : [`${what}: granted ${granted}, and the answer is ${reply?.status ?? "none"}`]),
        ];
      });
      assert.deepEqual(differences, []);
    });

    it("is what explain foretells for every way in, and for every split within three standard deviations", async () => {
      const requests = publicRequestsOf(mesh().stack);
      assert.ok(requests.length > 0);
      const looked = await onAll(requests, async ({ text, headers }) => {
        const ask = async () => {
          const { observation, verdict } = await mesh().send(text, { headers, count: FEW });
          assert.ok(verdict !== undefined);
          return { observation, verdict };
        };
        // Of some forty ways one in twenty runs has a way beyond three standard deviations: what differs by chance alone does so once.
        const first = await ask();
        const { observation, verdict } = first.verdict.because.length === 0 ? first : await ask();
        // What a container asks for by itself the catalog grants it.
        const refused = observation.replies.flatMap(({ failedCalls }) =>
          failedCalls.filter(({ status }) => status === 403),
        );
        return [{ text, headers, verdict, refused }];
      });
      const differences = looked.flatMap(({ text, headers, verdict, refused }) =>
        [...verdict.because, ...refused.map(({ uri }) => `a call behind it is refused, ${uri}`)].map(
          (why) => `${text} ${headers.join(" ")}: ${why}`,
        ),
      );
      const isSplit = looked.filter(({ verdict }) => splitAs(verdict) !== undefined);
      for (const split of new Set(isSplit.map(({ verdict }) => splitAs(verdict)))) {
        const ways = isSplit.filter(({ verdict }) => splitAs(verdict) === split);
        const ask = async () => {
          const verdicts = [];
          // One way after the other: callers' pools hold few.
          for (const { text, headers } of ways) {
            const { verdict } = await mesh().send(text, { headers, count: Math.ceil(MANY / ways.length) });
            verdicts.push(...(verdict === undefined ? [] : [verdict]));
          }
          return togetherAgainst(verdicts);
        };
        differences.push(...((await ask()).length === 0 ? [] : await ask()));
      }
      assert.deepEqual(differences, []);
    });

    it("refuses a pod without a sidecar: the connection is reset", async () => {
      await mesh().stranger("stranger");
      const services = Object.entries(mesh().stack.catalog.services);
      for (const [service, { port, servicePort = port }] of services) {
        const text = `GET http://${service}.${mesh().stack.catalog.namespace}:${servicePort}/`;
        const { observation } = await mesh().send(text, { from: "pod/default/stranger" });
        const [reply] = observation.replies;
        assert.deepEqual([service, reply?.status], [service, null]);
        assert.match(reply?.error ?? "", /ECONNRESET|socket hang up/);
      }
    });

    more(mesh);
  });
}

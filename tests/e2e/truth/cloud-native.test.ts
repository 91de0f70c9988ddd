import assert from "node:assert/strict";
import { likelyCounts } from "../../../analysis/observation/binomial.ts";
import { truthOf } from "./suite.ts";

truthOf(
  "cloud-native",
  (yaml) => yaml,
  (mesh) => {
    it("refuses a user's sixty-first request in a minute at each pod of the API gateway, and nobody else's", async () => {
      const text = "GET https://app.example.com/api";
      const { observation, verdict } = await mesh().send(text, { headers: ["x-user-id: ann"], count: 150 });
      const { replies, durationMs } = observation;
      const passed = (version: string) => replies.filter(({ name }) => name === `api-gateway-${version}`).length;
      // Each second lets one more in. The second version gets a tenth, which is not enough for its pod to refuse any.
      const atMost = 60 + Math.ceil(durationMs / 1000);
      assert.ok(passed("v1") >= 60 && passed("v1") <= atMost, `${passed("v1")} of at most ${atMost} passed`);
      assert.ok(passed("v2") < 60);
      const refused = replies.filter(({ status }) => status === 429).length;
      assert.equal(refused, 150 - passed("v1") - passed("v2"));
      assert.equal(verdict?.limited, refused);
      assert.deepEqual(await mesh().statuses(text, { headers: ["x-user-id: bob"] }), [200]);
    });

    it("copies a tenth of product's requests to the second version, which answers none", async () => {
      const [count, path] = [200, "/products/mirrored"];
      const { verdict } = await mesh().send(`GET http://product:8080${path}`, { from: "api-gateway", count });
      assert.deepEqual(verdict?.because, []);
      const likely = likelyCounts(count, 0.1);
      const copies = await mesh().until("the copies arrive", 10_000, async () => {
        const arrived = await mesh().arrived("product:v2", path);
        return arrived >= likely.from ? arrived : undefined;
      });
      assert.ok(copies <= likely.to, `${copies} of ${count} were copied`);
      assert.equal(await mesh().arrived("product:v1", path), count);
    });

    it("tries a failing request as often as the catalog states: a payment once", async () => {
      const cases = [
        { service: "api-gateway", from: undefined, url: "https://app.example.com/api/tried-outside", tries: 4 },
        { service: "api-gateway", from: "frontend", url: "http://api-gateway:8080/api/tried-inside", tries: 4 },
        { service: "payment", from: "order", url: "http://payment:8080/payments/tried", tries: 1 },
        // Istio's own retries are for connections that fail, and not for an application's 500.
        { service: "auth", from: "api-gateway", url: "http://auth:8080/auth/tried", tries: 1 },
      ] as const;
      const services = [...new Set(cases.map(({ service }) => service))];
      await Promise.all(services.map((service) => mesh().fail(service, 1)));
      for (const { service, from, url, tries } of cases) {
        const options = from === undefined ? {} : { from };
        const { retries } = mesh().foretold(`POST ${url}`, options);
        assert.equal((retries?.retryOn.includes("5xx") === true ? retries.attempts : 0) + 1, tries);
        assert.deepEqual(await mesh().statuses(`POST ${url}`, options), [500], url);
        assert.equal(await mesh().arrived(service, new URL(url).pathname), tries, url);
      }
      // Every second try fails, so that no request does.
      await mesh().fail("api-gateway", 0.5);
      await Promise.all(["auth", "payment"].map((service) => mesh().fail(service, 0)));
      for (let count = 0; count < 6; count += 1) {
        const text = "POST http://api-gateway:8080/api/tried-again";
        assert.deepEqual(await mesh().statuses(text, { from: "frontend" }), [200]);
      }
      assert.ok((await mesh().arrived("api-gateway", "/api/tried-again")) > 6);
      await mesh().fail("api-gateway", 0);
    });
  },
);

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { likelyCounts } from "../../../analysis/observation/binomial.ts";
import { listAt, objectAt, stringAt } from "../../../mesh/kubernetes/fields.ts";
import { statusOf } from "../../support/mesh-command.ts";
import { serverCertificate } from "../../support/server-certificate.ts";
import { truthOf } from "./suite.ts";

/** The external service of the catalog. */
const HOST = "api.paymentprocessor.com";

truthOf(
  "ecommerce",
  // Where the limit's answer takes longer than a tenth of a second, as on a busy machine, requests pass uncounted.
  (yaml) => yaml.replace("rateLimitService: {", "rateLimitService: { timeoutMilliseconds: 5000,"),
  (mesh) => {
    it("shows the faults that the second version of order is drilled with", async () => {
      const count = 100;
      const { observation, verdict } = await mesh().send("POST http://payment:8080/api/v1/process-payment", {
        from: "order:v2",
        count,
      });
      assert.deepEqual(verdict?.because, []);
      const slow = observation.replies.filter(({ latencyMs }) => latencyMs > 4_900).length;
      const likely = likelyCounts(count, 0.1);
      assert.ok(slow >= likely.from && slow <= likely.to, `${slow} of ${count} were held back`);
    });

    it("refuses a user's sixty-first order in a minute at the gateway, and nobody else's", async function () {
      if (!existsSync("/usr/bin/redis-server")) {
        console.error("      pending: this machine has no Redis, so nothing counts");
        this.skip();
      }
      const minute = () => Math.floor(Date.now() / 60_000);
      const begun = minute();
      const statuses = await mesh().statuses("GET https://ecommerce.example.com/orders", {
        headers: ["x-user-id: ann"],
        count: 150,
      });
      const passed = statuses.filter((status) => status !== 429).length;
      // Where a minute ends in between, those of its part pass beside the sixty of the next.
      const atMost = minute() === begun ? 60 : 120;
      assert.ok(passed >= 60 && passed <= atMost, `${passed} of 150 passed`);
      const other = await mesh().statuses("GET https://ecommerce.example.com/orders", { headers: ["x-user-id: bob"] });
      assert.deepEqual(other, [200]);
    });

    it("lets payment, and nobody else, out through the egress gateway, which checks the other side's certificate", async () => {
      const { certificate, key } = await serverCertificate(HOST);
      const encoded = (text: string) => Buffer.from(text).toString("base64");
      await mesh().client.call("POST", "/api/v1/namespaces/default/secrets", {
        body: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "processor" },
          data: { "tls.crt": encoded(certificate), "tls.key": encoded(key) },
        },
      });
      const address = await mesh().stranger("processor", {
        env: {
          LISTEN_ADDR: "0.0.0.0:443",
          TLS_CERT_LOCATION: "/secret/tls.crt",
          TLS_KEY_LOCATION: "/secret/tls.key",
        },
        secret: "processor",
      });
      await mesh().resolve(HOST, address);
      const charge = `POST http://${HOST}/charge`;
      const unknown = await mesh().send(charge, { from: "payment" });
      assert.deepEqual(
        unknown.observation.replies.map(({ status }) => status),
        [503],
        "nobody has signed the certificate",
      );

      // The server of the tests has no certificate that the world knows.
      const rules = "/apis/networking.istio.io/v1/destinationrules";
      const rule = listAt(await mesh().client.call("GET", rules), "items").find(
        (one) => stringAt(one, "spec", "host") === HOST,
      );
      const { name, namespace } = objectAt(rule, "metadata") as { name: string; namespace: string };
      const policy = objectAt(rule, "spec", "trafficPolicy");
      const unchecked = (tls: unknown) => ({
        mode: "SIMPLE",
        sni: stringAt(tls, "sni"),
        insecureSkipVerify: true,
      });
      await mesh().client.call(
        "PATCH",
        `/apis/networking.istio.io/v1/namespaces/${namespace}/destinationrules/${name}`,
        {
          contentType: "application/merge-patch+json",
          body: {
            spec: {
              trafficPolicy:
                policy["tls"] !== undefined
                  ? { tls: { ...unchecked(policy["tls"]), subjectAltNames: null, caCertificates: null } }
                  : {
                      portLevelSettings: listAt(policy, "portLevelSettings").map((one) => ({
                        ...objectAt(one),
                        tls: unchecked(objectAt(one)["tls"]),
                      })),
                    },
            },
          },
        },
      );
      const names = await mesh().until("the server of the tests answers", 30_000, async () => {
        const { observation } = await mesh().send(charge, { from: "payment" });
        return observation.replies[0]?.status === 200 ? observation.replies.map((reply) => reply.name) : undefined;
      });
      assert.deepEqual(names, ["processor"]);
      const log = await mesh().logOf("istio-egressgateway", "istio-proxy");
      assert.ok(
        log.some((line) => line.includes("/charge") && line.includes(HOST)),
        log.slice(-3).join("\n"),
      );
      assert.notEqual((await mesh().statuses(charge, { from: "cart" }))[0], 200);
    });

    it("goes on when an Envoy, an application and istiod are killed: each is started again, and status says which", async () => {
      const victims = [
        ["cart:v1", "istio-proxy", "envoy"],
        ["product:v2", "product", "fake-service"],
        ["istiod", "discovery", "pilot-discovery"],
      ] as const;
      const killed = await Promise.all(
        victims.map(async ([service, container, program]) => {
          const [pod] = await mesh().podsOf(service);
          assert.ok(pod !== undefined, service);
          mesh().kill(pod.name, program);
          return `${pod.namespace}/${pod.name} ${container} 1`;
        }),
      );
      await mesh().until("they run again", 60_000, async () => {
        const { cluster } = await statusOf(mesh().project, "local");
        const down = cluster?.restarts.filter(({ waiting }) => waiting !== undefined) ?? [];
        const restarted = cluster?.restarts.map(({ pod, container, restarts }) => `${pod} ${container} ${restarts}`);
        const isWell = cluster?.faults.length === 0 && down.length === 0;
        return isWell && killed.every((one) => restarted?.includes(one)) ? true : undefined;
      });
      mesh().forgetPods();
      await mesh().synced();
      for (const path of ["/cart", "/products"]) {
        assert.deepEqual(await mesh().differences(`GET https://ecommerce.example.com${path}`, { count: 20 }), []);
      }
    });
  },
);

import assert from "node:assert/strict";
import { parse } from "../../load/parse.ts";
import { catalog as catalogSchema } from "../../stack/catalog.ts";
import { checkFaultsOn } from "./checks-faults.ts";
import { checkStack } from "../../checks/index.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { wideStack } from "../../../tests/support/wide-stack.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

interface Refusal {
  readonly rule: string;
  readonly config?: PlainObject;
  readonly services?: PlainObject;
  readonly catalog?: PlainObject;
  readonly path: string;
  readonly says: RegExp;
}

const TWO = { versions: { v1: {}, v2: {} } };
const SHADOW = { versions: { v1: { weight: 100 }, v2: { weight: 0 } } };
const header = (name: string, value: unknown = "x") => ({ headers: { [name]: value } });

/** Each case breaks one rule: what is changed of a good stack, and the one problem that must come of it. */
const REFUSED: readonly Refusal[] = [
  {
    rule: "a canary without a stable version",
    services: { cart: { canary: { version: "v1", weight: 10 } } },
    path: "services.cart.canary.stable",
    says: /expected a stable version beside the canary; got only "v1"/,
  },
  {
    rule: "a canary among three versions that does not say which is stable",
    services: { cart: { versions: { v1: {}, v2: {}, v3: {} }, canary: { version: "v2", weight: 10 } } },
    path: "services.cart.canary.stable",
    says: /name of the stable version, because there are 3/,
  },
  {
    rule: "a canary that is its own stable version",
    services: { cart: { ...TWO, canary: { version: "v2", stable: "v2", weight: 10 } } },
    path: "services.cart.canary.stable",
    says: /another version than the canary/,
  },
  {
    rule: "a canary of a version that is not there",
    services: { cart: { ...TWO, canary: { version: "v9", weight: 10 } } },
    path: "services.cart.canary.version",
    says: /expected a version of the service: v1, v2; got "v9"/,
  },
  {
    rule: "a phase out of range",
    services: { cart: { ...TWO, canary: { version: "v2", phase: 6 } } },
    path: "services.cart.canary.phase",
    says: /expected a phase from 0 to 5; got 6/,
  },
  {
    rule: "a canary with a phase and a weight",
    services: { cart: { ...TWO, canary: { version: "v2", phase: 1, weight: 10 } } },
    path: "services.cart.canary",
    says: /either phase or weight; got both/,
  },
  {
    rule: "weights beside a canary",
    services: { cart: { versions: { v1: { weight: 90 }, v2: {} }, canary: { version: "v2", weight: 10 } } },
    path: "services.cart.versions.v1.weight",
    says: /no weight, because the service has a canary/,
  },
  {
    rule: "somebody who shifts weights where there are none",
    services: { cart: { trafficManagedBy: "flagger" } },
    path: "services.cart.trafficManagedBy",
    says: /at least two versions, whose weights flagger can change/,
  },
  {
    rule: "overlapping matches of equal rank that lead to different versions",
    services: {
      cart: {
        ...SHADOW,
        rules: [
          { match: header("a"), version: "v1" },
          { match: header("b"), version: "v2" },
        ],
      },
    },
    path: "services.cart.rules[1].match",
    says: /do not overlap; a request may satisfy rules\[0\]\.match too/,
  },
  {
    rule: "the same match twice",
    services: {
      cart: {
        rules: [
          { match: header("a"), timeout: "1s" },
          { match: header("a"), timeout: "2s" },
        ],
      },
    },
    path: "services.cart.rules[1].match",
    says: /requests that no earlier route takes; all are taken by services\.cart\.rules\[0\]\.match$/,
  },
  {
    rule: "a rule that a priority hides",
    services: {
      cart: {
        rules: [
          { match: { path: "/cart/items" }, timeout: "1s" },
          { match: { path: "/cart" }, timeout: "2s", priority: 5 },
        ],
      },
    },
    path: "services.cart.rules[0].match",
    says: /all are taken by services\.cart\.rules\[1\]\.match$/,
  },
  {
    rule: "a canary's match that two rules hide together",
    services: {
      cart: {
        ...TWO,
        canary: { version: "v2", weight: 5, match: { methods: ["GET", "PUT"], headers: { a: "x" } } },
        rules: [
          { match: { methods: ["GET"] }, timeout: "1s" },
          { match: { methods: ["PUT"] }, timeout: "2s" },
        ],
      },
    },
    path: "services.cart.canary.match",
    says: /all are taken by services\.cart\.rules\[0\]\.match, services\.cart\.rules\[1\]\.match$/,
  },
  {
    rule: "a canary's match that a rule hides",
    services: {
      cart: {
        ...TWO,
        canary: { version: "v2", weight: 5, match: { path: "/cart/new" } },
        rules: [{ match: { path: "/cart" }, timeout: "2s" }],
      },
    },
    path: "services.cart.canary.match",
    says: /all are taken by services\.cart\.rules\[0\]\.match$/,
  },
  {
    rule: "a rule for every request",
    services: { cart: { rules: [{ match: { path: "/" }, timeout: "1s" }] } },
    path: "services.cart.rules[0].match",
    says: /leaves some requests to the service's own split/,
  },
  {
    rule: "a rule to a version that is not there",
    services: { cart: { rules: [{ match: header("a"), version: "v9" }] } },
    path: "services.cart.rules[0].version",
    says: /expected a version of the service: v1; got "v9"/,
  },
  {
    rule: "a source that does not call",
    services: { payment: { rules: [{ match: { source: { service: "cart" } }, timeout: "1s" }] } },
    path: "services.payment.rules[0].match.source.service",
    says: /a service that calls payment; got "cart"/,
  },
  {
    rule: "a source that is not there",
    services: { payment: { rules: [{ match: { source: { service: "ordr" } }, timeout: "1s" }] } },
    path: "services.payment.rules[0].match.source.service",
    says: /a service of the catalog; got "ordr"/,
  },
  {
    rule: "a source's version that is not there",
    services: { payment: { rules: [{ match: { source: { service: "order", version: "v9" } }, timeout: "1s" }] } },
    path: "services.payment.rules[0].match.source.version",
    says: /got "v9"/,
  },
  {
    rule: "a pattern of paths beside the gateway's prefix",
    services: { cart: { rules: [{ match: { path: { regex: "/cart/\\d+" } }, timeout: "1s" }] } },
    path: "services.cart.rules[0].match.path.regex",
    says: /because the gateway leads to the service by prefix/,
  },
  {
    rule: "retries whose total exceeds the timeout",
    services: { cart: { timeout: "5s", retries: { attempts: 3, perTryTimeout: "2s" } } },
    path: "services.cart.retries",
    says: /a first try and 3 retries of 2s within the timeout of 5s; got 8s/,
  },
  {
    rule: "a rule's timeout that the service's retries exceed",
    services: {
      cart: {
        timeout: "10s",
        retries: { attempts: 3, perTryTimeout: "2s" },
        rules: [{ match: header("a"), timeout: "5s" }],
      },
    },
    path: "services.cart.rules[0].timeout",
    says: /within the timeout of 5s; got 8s/,
  },
  {
    rule: "a try longer than the timeout",
    services: { cart: { timeout: "1s", retries: { attempts: 1, perTryTimeout: "2s", cutShort: true } } },
    path: "services.cart.retries",
    says: /tries shorter than the timeout of 1s; got 2s/,
  },
  {
    rule: "no retries with a time",
    services: { cart: { retries: { attempts: 0, perTryTimeout: "2s" } } },
    path: "services.cart.retries",
    says: /attempts alone/,
  },
  {
    rule: "a mirror to itself",
    config: { traffic: { mirroring: true }, security: { profile: "development" } },
    services: { cart: { mirror: { version: "v1" } } },
    path: "services.cart.mirror.version",
    says: /"v1" gets 100 per cent and would be a mirror of itself/,
  },
  {
    rule: "a rule's mirror to itself",
    config: { security: { profile: "development" } },
    services: { cart: { ...SHADOW, rules: [{ match: header("a"), version: "v2", mirror: { version: "v2" } }] } },
    path: "services.cart.rules[0].mirror.version",
    says: /would be a mirror of itself/,
  },
  {
    rule: "a mirror that is not there",
    config: { security: { profile: "development" } },
    services: { cart: { mirror: { version: "v9" } } },
    path: "services.cart.mirror.version",
    says: /expected a version of the service: v1; got "v9"/,
  },
  {
    rule: "faults in production",
    services: { cart: { fault: { abort: { percent: 1, httpStatus: 500 } } } },
    path: "services.cart.fault",
    says: /a fault breaks real requests on purpose, which security\.profile production refuses/,
  },
  {
    rule: "mirroring in production",
    services: { cart: { ...SHADOW, mirror: { version: "v2" } } },
    path: "services.cart.mirror",
    says: /a mirror sends copies of real requests.*production refuses/,
  },
  {
    rule: "failover that never happens",
    services: { cart: { loadBalancing: { locality: { failover: [{ from: "eu-west-1", to: "eu-north-1" }] } } } },
    path: "services.cart.loadBalancing.locality",
    says: /expected outlierDetection beside failover/,
  },
  {
    rule: "failover to the same region",
    services: {
      cart: {
        outlierDetection: { consecutive5xxErrors: 5 },
        loadBalancing: { locality: { failover: [{ from: "eu-west-1", to: "eu-west-1" }] } },
      },
    },
    path: "services.cart.loadBalancing.locality.failover[0].to",
    says: /another region; got "eu-west-1" again/,
  },
  {
    rule: "shares of localities that do not sum to 100",
    services: {
      cart: { loadBalancing: { locality: { distribute: [{ from: "a/*", to: { "a/*": 80, "b/*": 10 } }] } } },
    },
    path: "services.cart.loadBalancing.locality.distribute[0].to",
    says: /sum to 100; got 90/,
  },
  {
    rule: "a warm-up that a hash does not have",
    services: { cart: { loadBalancing: { warmup: "60s", consistentHash: { sourceIp: true } } } },
    path: "services.cart.loadBalancing.warmup",
    says: /expected ROUND_ROBIN or LEAST_REQUEST/,
  },
  {
    rule: "a route for a host that the gateway does not answer",
    services: { cart: { routes: [{ prefix: "/cart", hosts: ["shop.example.org"] }] } },
    path: "services.cart.routes[0].hosts[0]",
    says: /a host that the gateway answers: ecommerce\.example\.com; got "shop\.example\.org"/,
  },
  {
    rule: "a redirect where a service answers",
    catalog: { redirects: [{ prefix: "/cart", path: "/basket" }] },
    path: "redirects[0].prefix",
    says: /"\/cart", which leads to cart already/,
  },
  {
    rule: "a certificate for a host that the gateway does not answer",
    config: { traffic: { tls: { certificates: [{ hosts: ["a.example.org"], credentialName: "a" }] } } },
    path: "traffic.tls.certificates[0].hosts[0]",
    says: /a host that the gateway answers/,
  },
  {
    rule: "two certificates for one host",
    config: {
      traffic: {
        tls: {
          certificates: [
            { hosts: ["ecommerce.example.com"], credentialName: "a" },
            { hosts: ["ecommerce.example.com"], credentialName: "b" },
          ],
        },
      },
    },
    path: "traffic.tls.certificates[1].hosts[0]",
    says: /one certificate for each host/,
  },
];

/** What the schema refuses by itself. */
const MALFORMED: readonly {
  readonly rule: string;
  readonly cart: PlainObject;
  readonly path: string;
  readonly says: RegExp;
}[] = [
  {
    rule: "a fault above 100 %",
    cart: { fault: { delay: { percent: 101, fixedDelay: "5s" } } },
    path: "services.cart.fault.delay.percent",
    says: /100/,
  },
  {
    rule: "a cookie match with a bad pattern",
    cart: { rules: [{ match: { cookie: { name: "experiment", regex: "version-(?=b)" } }, timeout: "1s" }] },
    path: "services.cart.rules[0].match.cookie.regex",
    says: /RE2 syntax: no look-around/,
  },
  {
    rule: "a cookie match with a pattern of the whole header",
    cart: { rules: [{ match: { cookie: { name: "experiment", regex: "^b$" } }, timeout: "1s" }] },
    path: "services.cart.rules[0].match.cookie.regex",
    says: /without anchors/,
  },
  {
    rule: "a match without conditions",
    cart: { rules: [{ match: {}, timeout: "1s" }] },
    path: "services.cart.rules[0].match",
    says: /at least one condition/,
  },
  {
    rule: "a header in capitals, which would never match",
    cart: { rules: [{ match: { headers: { "X-Canary": "true" } }, timeout: "1s" }] },
    path: "services.cart.rules[0].match.headers.X-Canary",
    says: /lower case/,
  },
  {
    rule: "phases that do not grow",
    cart: { canary: { version: "v2", phase: 1, phases: [10, 10] } },
    path: "services.cart.canary.phases",
    says: /grow from phase to phase/,
  },
  { rule: "no duration", cart: { timeout: "5" }, path: "services.cart.timeout", says: /a number and ms, s, m or h/ },
  {
    rule: "cookies for every origin, which browsers refuse",
    cart: { routes: [{ prefix: "/cart", cors: { allowOrigins: ["*"], allowCredentials: true } }] },
    path: "services.cart.routes[0].cors.allowOrigins",
    says: /browsers refuse \*/,
  },
];

/** Checks that are not of this file's concern and that a changed catalog may touch. */
const PRODUCTION = {
  traffic: { tls: { mode: "existingSecret" } },
  cluster: { workloadPool: { desired: 6, max: 6 } },
};

describe("checks of the traffic", () => {
  for (const { rule, config, services, catalog, path, says } of REFUSED) {
    it(`refuse ${rule}`, () => {
      const stack = stackData(
        { ...PRODUCTION, ...config },
        { ...(services === undefined ? {} : { services }), ...catalog },
      );
      const problems = checkStack(stack);
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
        JSON.stringify(problems),
      );
      assert.match(problems[0]?.message ?? "", says);
    });
  }

  for (const { rule, cart, path, says } of MALFORMED) {
    it(`refuse ${rule}`, () => {
      const input = { name: "shop", namespace: "shop", hosts: ["shop.example.com"], services: { cart } };
      const { problems } = parse(catalogSchema, input);
      const found = problems.find((problem) => problem.path === path);
      assert.match(found?.message ?? JSON.stringify(problems), says);
      assert.ok(found, JSON.stringify(problems));
    });
  }

  it("take every key of the language together", () => {
    assert.deepEqual(checkStack(wideStack()), []);
  });

  it("take what an exception allows, and what the stack turns off", () => {
    const services = {
      cart: { ...SHADOW, mirror: { version: "v2" }, fault: { abort: { percent: 1, httpStatus: 500 } } },
    };
    const exceptions = { "fault-injection": "game day in November", "traffic-mirroring": "load test of cart v2" };
    assert.deepEqual(checkStack(stackData({ security: { exceptions } }, { services })), []);
    assert.deepEqual(checkStack(stackData({ traffic: { faults: false, mirroring: false } }, { services })), []);
  });

  it("take retries that the timeout cuts short where the catalog says so", () => {
    const retries = { attempts: 3, perTryTimeout: "2s", cutShort: true };
    assert.deepEqual(checkStack(stackData({}, { services: { cart: { timeout: "5s", retries } } })), []);
  });

  it("take overlapping matches that do the same, exclude each other or have a priority", () => {
    const rules = (...list: PlainObject[]) => ({ services: { cart: { ...SHADOW, rules: list } } });
    for (const catalog of [
      rules({ match: header("a"), version: "v2" }, { match: { cookie: { name: "b", value: "x" } }, version: "v2" }),
      rules({ match: header("a", "x"), version: "v2" }, { match: header("a", "y"), version: "v1" }),
      rules({ match: header("a"), version: "v2" }, { match: header("b"), version: "v1", priority: 1 }),
    ]) {
      assert.deepEqual(checkStack(stackData({}, catalog)), []);
    }
  });

  it("refuse a fault after its last day, and not on it", () => {
    const fault = { abort: { percent: 1, httpStatus: 500 }, until: "2026-12-31" };
    const stack = stackData({}, { services: { cart: { fault } } });
    assert.deepEqual(checkFaultsOn(stack, "2026-12-31"), []);
    const [problem] = checkFaultsOn(stack, "2027-01-01");
    assert.equal(problem?.path, "services.cart.fault.until");
    assert.match(problem.message, /ended on 2026-12-31, and today is 2027-01-01/);
    const off = stackData({ traffic: { faults: false } }, { services: { cart: { fault } } });
    assert.deepEqual(checkFaultsOn(off, "2027-01-01"), []);
  });
});

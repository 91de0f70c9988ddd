import assert from "node:assert/strict";
import fc from "fast-check";
import { onAll } from "../../support/live-mesh.ts";
import { acceptedCatalog } from "../../support/live-catalog.ts";
import { liveRequest } from "../../support/live-request.ts";
import { TokenIssuer } from "../../support/token-issuer.ts";
import { truthOf } from "./suite.ts";

/** Requests that are sent; each is compared by itself. */
const REQUESTS = 200;

/** Another one at every run; the same again by the variable. */
const seed = Number(process.env["MESH_TRUTH_SEED"] ?? Date.now() % 1_000_000_000);

const issuer = new TokenIssuer("https://auth.example.com");

truthOf(
  () => {
    console.error(`      seed ${seed}: again with MESH_TRUTH_SEED=${seed} npx mocha tests/e2e/truth/random.test.ts`);
    return acceptedCatalog(seed, issuer);
  },
  (yaml) => yaml.replace("ALLOW_ANY", "REGISTRY_ONLY"),
  (mesh) => {
    it("is what explain foretells of random requests, from outside and from random services", async () => {
      const requests = fc.sample(liveRequest(mesh().stack.catalog, issuer), { seed, numRuns: REQUESTS });
      const differences = await onAll(requests, ({ text, ...options }) => mesh().differences(text, options));
      assert.deepEqual(differences, []);
    });
  },
);

import assert from "node:assert/strict";
import { readStackFile } from "../../mesh/load/load.ts";
import { checkStack } from "../../mesh/checks/index.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { stackData } from "../support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../support/stacks.ts";

const ISSUER = "https://id.example.com";

/** Everything that the shipped stacks do not use: tokens, callers from outside, plain text, an authorizer, ways out past the gateway. */
export function everything(): StackData {
  const stack = stackData(
    {
      security: {
        migration: [{ service: "cart", plainTextFrom: ["10.9.0.0/16"] }],
        externalAuthorization: { host: "opa.opa.svc.cluster.local", port: 9191, services: ["payment"] },
        exceptions: { "permissive-mtls": "callers without sidecars, in a test" },
      },
      traffic: { tls: { mode: "certManager" } },
      certificates: {
        issuer: "privateCa",
        privateCa: { arn: "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0d9c1f6e" },
      },
      mesh: { istioCsr: { enabled: true } },
      cluster: { systemPool: { instanceTypes: ["m6i.2xlarge"] } },
    },
    {
      externalServices: {
        bank: { host: "bank.example.org" },
        mail: { host: "mail.example.org", port: 465, egressGateway: false },
      },
      services: {
        product: { mtls: { mode: "PERMISSIVE" }, rateLimits: { global: [{ requests: 100, per: "minute" }] } },
        payment: { externalCalls: ["bank"] },
        order: { externalCalls: ["mail"], probes: { liveness: "/alive", readiness: "/able" } },
        user: {
          jwt: {
            rules: [
              {
                issuer: ISSUER,
                jwksUri: `${ISSUER}/keys`,
                audiences: ["shop"],
                forwardOriginalToken: true,
                fromHeaders: [{ name: "x-token", prefix: "Bearer " }],
                fromCookies: ["session"],
                outputClaimToHeaders: [{ header: "x-user", claim: "sub" }],
              },
              {
                issuer: "https://partner.example.com",
                jwks: JSON.stringify({ keys: [{ kty: "RSA", n: "x", e: "AQAB" }] }),
              },
            ],
          },
          extraPorts: { "http-metrics": 9090 },
          mtls: { ports: { "9090": "DISABLE" } },
          routes: [
            {
              prefix: "/users",
              allow: [
                { methods: ["POST"], paths: ["/users"], token: "none" },
                { methods: ["GET"], paths: ["/users/profile"] },
                { token: { principals: [`${ISSUER}/admin`] } },
                {
                  methods: ["GET", "POST"],
                  token: { principals: [`${ISSUER}/*`], claims: { role: ["customer", "merchant"] } },
                },
              ],
            },
          ],
          access: {
            viewer: { from: { namespaces: ["ops"] }, methods: ["GET"], paths: ["/static/*", "/api/v1/*"] },
            report: {
              from: { principals: ["cluster.local/ns/batch/sa/report"] },
              paths: ["/report"],
              hosts: ["user.example.com"],
            },
            scraper: { from: { addresses: ["10.7.0.0/16"] }, port: 9090, methods: ["GET"], paths: ["/metrics"] },
          },
        },
      },
    },
  );
  assert.deepEqual(checkStack(stack), [], "the stack with everything is one that the program takes");
  return stack;
}

/** The stacks whose policies are broken: those that the repository ships, and one that uses the rest. */
export function mutatedStacks(): readonly (readonly [name: string, stack: StackData])[] {
  return [
    ...STACKS.map((name) => [name, readStackFile(PROJECT_DIRECTORY, name)] as const),
    ["everything", everything()] as const,
  ];
}

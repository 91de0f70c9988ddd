import { z } from "zod";
import { flag, list, matching, nonEmpty, text } from "../../../schema/common.ts";

const header = matching(/^[A-Za-z0-9-]+$/, "expected a header name of letters, digits and dashes");

/** Keys that never belong into a file: a set with private parts would be handed to every proxy. */
const PRIVATE_PARTS = ["d", "p", "q", "dp", "dq", "qi", "k"] as const;

/** A JSON Web Key Set with public keys only. */
const jwks = z.string().superRefine((text, context) => {
  const keys = keysOf(text);
  if (keys === undefined) {
    context.addIssue({ code: "custom", message: 'expected a JSON Web Key Set: {"keys": [...]}' });
  } else if (keys.some((key) => PRIVATE_PARTS.some((part) => part in key))) {
    context.addIssue({ code: "custom", message: "expected public keys only; got a key with its private part" });
  }
});

function keysOf(text: string): Record<string, unknown>[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    const valid =
      Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key === "object" && key !== null);
    return valid ? (keys as Record<string, unknown>[]) : undefined;
  } catch {
    return undefined;
  }
}

const rule = z
  .strictObject({
    issuer: z
      .string({ error: "expected an issuer: the claim iss of its tokens, such as https://id.example.com" })
      .min(1)
      .describe("Who signed the token: its claim `iss`."),
    jwksUri: z
      .url({
        protocol: /^https$/,
        error: "expected an https address: keys over plain text can be exchanged on the way",
      })
      .optional()
      .describe("Address of the issuer's public keys."),
    jwks: jwks.optional().describe("The issuer's public keys themselves, as JSON."),
    audiences: nonEmpty(text).optional().describe("Accepted audiences (`aud`). Default: every one."),
    forwardOriginalToken: flag(false).describe("Hand the token on to the service."),
    fromHeaders: list(
      z.strictObject({
        name: header.describe("Name of the header."),
        prefix: z.string().default("").describe("What precedes the token, such as `Bearer `."),
      }),
    ).describe("Headers that hold the token. Default: `Authorization: Bearer`."),
    fromCookies: list(text).describe("Cookies that hold the token."),
    fromParams: list(text).describe("Query parameters that hold the token."),
    outputClaimToHeaders: list(
      z.strictObject({
        header: header.describe("Name of the header."),
        claim: text.describe("Claim whose value it gets."),
      }),
    ).describe("Claims that the service gets as headers."),
  })
  .refine(({ jwksUri, jwks }) => (jwksUri === undefined) !== (jwks === undefined), {
    error: "expected either jwksUri or jwks",
    path: ["jwksUri"],
  });

export const jwt = z.strictObject({
  rules: nonEmpty(rule).describe("Issuers that are trusted, and where their tokens stand."),
  required: flag(true).describe(
    "Requests of a gateway need a token unless their `allow` says `token: none`. A bad token is refused always.",
  ),
});

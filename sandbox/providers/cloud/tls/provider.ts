import { createHash } from "node:crypto";

import {
  type CreateRequest,
  type CreateResult,
  type DiffRequest,
  type DiffResult,
  diffProperties,
  mapValues,
  type PropertyMap,
  revealMap,
  Secret,
  type StandInProvider,
  toPlainMap,
  UNKNOWN,
} from "../../protocol/index.ts";
import { textOf } from "../properties.ts";
import { StatelessProvider } from "../stateless-provider.ts";
import type { Properties } from "../types.ts";
import { algorithmOf, newKey } from "./keys.ts";

interface Kind {
  /** Outputs that a preview does not know. */
  readonly outputs: readonly string[];
  /** Outputs that the program does not set and that do not depend on chance. */
  readonly defaults: PropertyMap;
  readonly make: (inputs: Properties) => Promise<PropertyMap>;
}

const CERTIFICATE_OUTPUTS = ["certPem", "keyAlgorithm", "validityStartTime", "validityEndTime"];
const CERTIFICATE_DEFAULTS = {
  earlyRenewalHours: 0,
  isCaCertificate: false,
  readyForRenewal: false,
  setSubjectKeyId: false,
};

/** What a certificate that is due comes to, as the published provider says it. */
const RENEWED: DiffResult = {
  changes: true,
  detailedDiff: { readyForRenewal: { kind: "update", replace: true } },
  replaces: ["readyForRenewal"],
  deleteBeforeReplace: false,
};

const HOUR_MS = 3_600_000;

/** Whether a certificate has come so near its end that its renewal was asked for. */
function isDue(outputs: PropertyMap, news: PropertyMap): boolean {
  const { validityEndTime } = outputs;
  const { earlyRenewalHours } = news;
  const early = typeof earlyRenewalHours === "number" ? earlyRenewalHours * HOUR_MS : 0;
  return typeof validityEndTime === "string" && Date.now() >= Date.parse(validityEndTime) - early;
}

/** Certificates load the X.509 library on first use: a preview never needs it, and it costs a tenth of a second. */
const certificates = () => import("./certificates.ts");

const KINDS: Readonly<Record<string, Kind>> = {
  "tls:index/privateKey:PrivateKey": {
    outputs: ["privateKeyPem", "privateKeyPemPkcs8", "publicKeyPem", "publicKeyFingerprintSha256"],
    defaults: { rsaBits: 2048, ecdsaCurve: "P224" },
    make: async (inputs) => {
      const { privateKeyPem, privateKeyPemPkcs8, ...shown } = await newKey(inputs);
      return { ...shown, privateKeyPem: new Secret(privateKeyPem), privateKeyPemPkcs8: new Secret(privateKeyPemPkcs8) };
    },
  },
  "tls:index/selfSignedCert:SelfSignedCert": {
    outputs: CERTIFICATE_OUTPUTS,
    defaults: { ...CERTIFICATE_DEFAULTS, setAuthorityKeyId: false },
    make: async (inputs) => {
      const issued = await (await certificates()).selfSigned(inputs);
      return { ...issued, keyAlgorithm: algorithmOf(textOf(inputs["privateKeyPem"])) };
    },
  },
  "tls:index/certRequest:CertRequest": {
    outputs: ["certRequestPem", "keyAlgorithm"],
    defaults: {},
    make: async (inputs) => ({
      certRequestPem: await (await certificates()).certificateRequest(inputs),
      keyAlgorithm: algorithmOf(textOf(inputs["privateKeyPem"])),
    }),
  },
  "tls:index/locallySignedCert:LocallySignedCert": {
    outputs: ["certPem", "caKeyAlgorithm", "validityStartTime", "validityEndTime"],
    defaults: CERTIFICATE_DEFAULTS,
    make: async (inputs) => {
      const issued = await (await certificates()).locallySigned(inputs);
      return { ...issued, caKeyAlgorithm: algorithmOf(textOf(inputs["caPrivateKeyPem"])) };
    },
  },
};

/**
 * Stands in for the tls provider, with real keys and real certificates. Like the published one it keeps nothing itself.
 * Not done: OpenSSH forms of keys, write-only keys.
 */
export class TlsProvider extends StatelessProvider implements StandInProvider {
  readonly packageName = "tls";
  readonly version = "5.6.1";

  /** Only `earlyRenewalHours` changes in place: everything else is in the key or under the signature. */
  diff({ oldInputs, oldOutputs, news, ignoreChanges }: DiffRequest): Promise<DiffResult> {
    const replaceOn = ({ path }: { readonly path: readonly unknown[] }) => path[0] !== "earlyRenewalHours";
    const change = diffProperties(oldInputs, news, { replaceOn, ignoreChanges });
    return Promise.resolve(isDue(oldOutputs, news) ? RENEWED : change);
  }

  async create({ type, inputs, preview }: CreateRequest): Promise<CreateResult> {
    const kind = this.kindOf(KINDS, type);
    if (preview) {
      const unknown = Object.fromEntries(kind.outputs.map((key) => [key, UNKNOWN]));
      return { id: "", outputs: { ...kind.defaults, ...inputs, ...unknown } };
    }
    const made = await kind.make(toPlainMap(revealMap(inputs)));
    const shown = JSON.stringify(toPlainMap(revealMap(mapValues(made, (value) => value))));
    return { id: createHash("sha1").update(shown).digest("hex"), outputs: { ...kind.defaults, ...inputs, ...made } };
  }
}

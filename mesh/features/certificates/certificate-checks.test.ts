import assert from "node:assert/strict";
import { merge } from "../../load/merge.ts";
import { stackConfig } from "../../stack/config.ts";
import { checkStack } from "../../checks/index.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0d9c1f6e-0000-4000-8000-000000000000";
const ISSUED = { traffic: { tls: { mode: "certManager" } } };
const ACME = { email: "platform@shop.example", zoneId: "Z0123456789ABCDEFGHIJ" };
const KUBECONFIG = { kind: "kubeconfig", nodes: { count: 9, cpu: "16", memory: "64Gi", zones: 3 } };

interface Case {
  readonly rule: string;
  readonly config: PlainObject;
  /** On a cluster that exists. Default: on EKS. */
  readonly kubeconfig?: true;
  readonly path: string;
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    rule: "ACME without an address",
    config: { ...ISSUED, certificates: { acme: { zoneId: ACME.zoneId } } },
    path: "certificates.acme.email",
    says: /expected an address, because certificates\.issuer is acme/,
  },
  {
    rule: "ACME without a zone",
    config: { ...ISSUED, certificates: { acme: { email: ACME.email } } },
    path: "certificates.acme.zoneId",
    says: /expected the id of the public hosted zone/,
  },
  {
    rule: "ACME on a cluster that exists, without credentials",
    config: { ...ISSUED, certificates: { acme: ACME } },
    kubeconfig: true,
    path: "certificates.acme.credentialsSecret",
    says: /expected a Secret with AWS credentials.*kubeconfig/,
  },
  {
    rule: "ACME with credentials where Pod Identity gives them",
    config: { ...ISSUED, certificates: { acme: { ...ACME, credentialsSecret: "route53" } } },
    path: "certificates.acme.credentialsSecret",
    says: /expected nothing, because platform\.kind is eks.*got "route53"/,
  },
  {
    rule: "a new cluster that is thought to have cert-manager",
    config: { ...ISSUED, certificates: { acme: ACME, certManager: { install: false } } },
    path: "certificates.certManager.install",
    says: /expected true, because platform\.kind is eks/,
  },
  {
    rule: "AWS Private CA without its ARN",
    config: { ...ISSUED, certificates: { issuer: "privateCa" } },
    path: "certificates.privateCa.arn",
    says: /expected the ARN of an AWS Private CA, because certificates\.issuer is privateCa/,
  },
  {
    rule: "AWS Private CA on a cluster that exists",
    config: { ...ISSUED, certificates: { issuer: "privateCa", privateCa: { arn: ARN } } },
    kubeconfig: true,
    path: "certificates.issuer",
    says: /expected platform\.kind eks.*got privateCa with kubeconfig/,
  },
  {
    rule: "AWS Private CA of another partition",
    config: {
      ...ISSUED,
      certificates: { issuer: "privateCa", privateCa: { arn: ARN.replace("aws:", "aws-us-gov:") } },
    },
    path: "certificates.privateCa.arn",
    says: /expected an ARN of the partition aws/,
  },
  {
    rule: "an issuer that exists without its name",
    config: { ...ISSUED, certificates: { issuer: "existing" } },
    path: "certificates.existing.name",
    says: /expected the name of an issuer/,
  },
  {
    rule: "a renewal before the certificate is made",
    config: { ...ISSUED, certificates: { acme: ACME, durationHours: 720, renewBeforeHours: 720 } },
    path: "certificates.renewBeforeHours",
    says: /expected less than certificates\.durationHours, 720; got 720/,
  },
  ...[
    ["acme.email", ACME.email],
    ["acme.zoneId", ACME.zoneId],
    ["acme.credentialsSecret", "route53"],
    ["privateCa.arn", ARN],
    ["existing.name", "corporate"],
  ].map(([key = "", value = ""]) => ({
    rule: `${key} where cert-manager is asked for nothing`,
    config: { certificates: nested(key, value) },
    path: `certificates.${key}`,
    says: /expected nothing, because traffic\.tls\.mode is existingSecret and mesh\.istioCsr is off/,
  })),
  {
    rule: "ACME's test server in production",
    config: {
      ...ISSUED,
      certificates: { acme: { ...ACME, server: "https://acme-staging-v02.api.letsencrypt.org/directory" } },
    },
    path: "certificates.acme.server",
    says: /certificates that no client trusts, which security\.profile production refuses/,
  },
  {
    rule: "two authorities of the workloads",
    config: { mesh: { istioCsr: { enabled: true }, multiCluster: { certificateAuthority: "existingSecret" } } },
    path: "mesh.multiCluster.certificateAuthority",
    says: /expected istiod, the default, because mesh\.istioCsr\.enabled is true.*got existingSecret/,
  },
  {
    rule: "a root of its own in a mesh of several clusters",
    config: {
      mesh: { network: "eu", istioCsr: { enabled: true }, multiCluster: { eastWestGateway: { enabled: true } } },
    },
    path: "mesh.istioCsr.issuer",
    says: /expected privateCa or existing, because the mesh has several clusters/,
  },
  {
    rule: "istiod for the proxies of other clusters without an authority",
    config: {
      mesh: {
        network: "eu",
        istioCsr: { enabled: true, issuer: "existing", existing: { name: "corporate" } },
        multiCluster: { eastWestGateway: { enabled: true, exposeIstiod: true, scheme: "internal" } },
      },
    },
    path: "mesh.multiCluster.eastWestGateway.exposeIstiod",
    says: /expected false, because mesh\.istioCsr\.enabled is true/,
  },
  {
    rule: "an issuer of the workloads without its name",
    config: { mesh: { istioCsr: { enabled: true, issuer: "existing" } } },
    path: "mesh.istioCsr.existing.name",
    says: /expected the name of an issuer, because mesh\.istioCsr\.issuer is existing/,
  },
  {
    rule: "an issuer of the workloads that nothing uses",
    config: { mesh: { istioCsr: { existing: { name: "corporate" } } } },
    path: "mesh.istioCsr.existing.name",
    says: /expected nothing, because mesh\.istioCsr\.enabled is false/,
  },
  {
    rule: "AWS Private CA for the workloads of a cluster that exists",
    config: { mesh: { istioCsr: { enabled: true, issuer: "privateCa" } }, certificates: { privateCa: { arn: ARN } } },
    kubeconfig: true,
    path: "mesh.istioCsr.issuer",
    says: /expected platform\.kind eks/,
  },
];

function nested(path: string, value: string): PlainObject {
  const [first = "", second = ""] = path.split(".");
  return { [first]: { [second]: value } };
}

/** Pools that hold whatever a case adds. */
const ROOM = { cluster: { systemPool: { instanceTypes: ["m6i.2xlarge"], min: 3, desired: 6, max: 9 } } };

function problemsOf(config: PlainObject, kubeconfig = false) {
  const stack = stackData(merge(ROOM, config) as PlainObject);
  return checkStack(
    kubeconfig
      ? { ...stack, config: { ...stack.config, platform: stackConfig.parse({ platform: KUBECONFIG }).platform } }
      : stack,
  );
}

describe("refusals of certificates", () => {
  for (const { rule, config, kubeconfig, path, says } of CASES) {
    it(rule, () => {
      const problems = problemsOf(config, kubeconfig);
      const [problem] = problems.filter((one) => one.path === path);
      assert.match(problem?.message ?? "", says, JSON.stringify(problems));
    });
  }

  it("are none for settings that fit", () => {
    const fitting: readonly (readonly [PlainObject, boolean?])[] = [
      [{ ...ISSUED, certificates: { acme: ACME } }],
      [
        {
          traffic: { tls: { mode: "certManager" }, dns: { enabled: true, zoneId: ACME.zoneId } },
          certificates: { acme: { email: ACME.email } },
        },
      ],
      [{ ...ISSUED, certificates: { issuer: "privateCa", privateCa: { arn: ARN } } }],
      [{ ...ISSUED, certificates: { acme: { ...ACME, credentialsSecret: "route53" } } }, true],
      [
        {
          ...ISSUED,
          certificates: { issuer: "existing", existing: { name: "corporate" }, certManager: { install: false } },
        },
        true,
      ],
      [{ mesh: { istioCsr: { enabled: true } } }],
      [
        {
          mesh: {
            network: "eu",
            istioCsr: { enabled: true, issuer: "privateCa" },
            multiCluster: { eastWestGateway: { enabled: true, scheme: "internal" } },
          },
          certificates: { privateCa: { arn: ARN } },
        },
      ],
    ];
    for (const [config, kubeconfig] of fitting) {
      assert.deepEqual(problemsOf(config, kubeconfig), [], JSON.stringify(config));
    }
  });
});

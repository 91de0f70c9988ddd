import { basename } from "node:path";
import { at, numberAt, objectAt, stringAt, type JsonObject } from "../kubernetes/object.ts";

/** Seconds that a release may take where the program does not say, as the official resource. */
export const DEFAULT_TIMEOUT_SECONDS = 300;

/** The inputs of a Helm release, read. */
export interface ReleaseSpec {
  readonly name: string;
  readonly namespace: string;
  /** Chart reference as the program gives it: a name, a path or an `oci://` reference. */
  readonly chart: string;
  /** Exact version or constraint; undefined: the newest. */
  readonly version?: string;
  readonly repository: {
    readonly url?: string;
    readonly username?: string;
    readonly password?: string;
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
  };
  readonly values: JsonObject;
  readonly timeoutSeconds: number;
  readonly atomic: boolean;
  readonly awaits: boolean;
  readonly createNamespace: boolean;
  /** Number of revisions that Helm keeps. */
  readonly maxHistory?: number;
  /** Options that are passed to Helm as flags, by their input name. */
  readonly flags: ReadonlySet<string>;
}

/** Inputs that mean exactly one flag of `helm upgrade --install`. */
export const PLAIN_FLAGS: Readonly<Record<string, string>> = {
  cleanupOnFail: "--cleanup-on-fail",
  dependencyUpdate: "--dependency-update",
  devel: "--devel",
  disableOpenapiValidation: "--disable-openapi-validation",
  disableWebhooks: "--no-hooks",
  forceUpdate: "--force-replace",
  renderSubchartNotes: "--render-subchart-notes",
  resetValues: "--reset-values",
  reuseValues: "--reuse-values",
  skipCrds: "--skip-crds",
  waitForJobs: "--wait-for-jobs",
};

/** Inputs of the official resource that the stand-in does not know and therefore refuses. */
export const UNSUPPORTED_INPUTS: readonly string[] = [
  "disableCRDHooks",
  "keyring",
  "postrender",
  "recreatePods",
  "replace",
  "valueYamlFiles",
  "verify",
];

/** Reads checked inputs; nothing in them may be unknown. */
export function releaseSpec(inputs: JsonObject, timeoutSeconds = 0): ReleaseSpec {
  const repository = objectAt(inputs, "repositoryOpts");
  const given = numberAt(inputs, DEFAULT_TIMEOUT_SECONDS, "timeout");
  return {
    name: stringAt(inputs, "name") ?? "",
    namespace: stringAt(inputs, "namespace") ?? "default",
    chart: stringAt(inputs, "chart") ?? "",
    version: stringAt(inputs, "version"),
    repository: {
      url: stringAt(repository, "repo"),
      username: stringAt(repository, "username"),
      password: stringAt(repository, "password"),
      caFile: stringAt(repository, "caFile"),
      certFile: stringAt(repository, "certFile"),
      keyFile: stringAt(repository, "keyFile"),
    },
    values: objectAt(inputs, "values"),
    timeoutSeconds: timeoutSeconds > 0 ? timeoutSeconds : given,
    atomic: at(inputs, "atomic") === true,
    awaits: at(inputs, "skipAwait") !== true,
    createNamespace: at(inputs, "createNamespace") === true,
    maxHistory: "maxHistory" in inputs ? numberAt(inputs, 10, "maxHistory") : undefined,
    flags: new Set(Object.keys(PLAIN_FLAGS).filter((key) => at(inputs, key) === true)),
  };
}

/** The chart's own name: the last part of a repository name, an OCI reference or a path. */
export function chartName(chart: string): string {
  return basename(chart.replace(/\/+$/, "")).replace(/(-\d+\.\d+\.\d+\S*)?\.tgz$/, "");
}

/** `namespace/name`, the resource's id. */
export function releaseId(release: { readonly name: string; readonly namespace: string }): string {
  return `${release.namespace}/${release.name}`;
}

/** What a release made, as the official resource lists it: `Deployment.apps/apps/v1: [istio-system/istiod]`. */
export function resourceNames(objects: readonly unknown[]): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const object of objects) {
    const [apiVersion, kind, name] = [
      stringAt(object, "apiVersion"),
      stringAt(object, "kind"),
      stringAt(object, "metadata", "name"),
    ];
    if (apiVersion !== undefined && kind !== undefined && name !== undefined) {
      const group = apiVersion.includes("/") ? `.${apiVersion.slice(0, apiVersion.indexOf("/"))}` : "";
      const namespace = stringAt(object, "metadata", "namespace");
      (result[`${kind}${group}/${apiVersion}`] ??= []).push(namespace === undefined ? name : `${namespace}/${name}`);
    }
  }
  return Object.fromEntries(Object.entries(result).map(([key, names]) => [key, [...new Set(names)].sort()]));
}

/** Names of unsupported inputs that are set to something. */
export function unsupportedInputs(inputs: Readonly<Record<string, unknown>>): readonly string[] {
  const empty: readonly unknown[] = [undefined, null, false, ""];
  return UNSUPPORTED_INPUTS.filter((key) => !empty.includes(inputs[key]));
}

import * as pulumi from "@pulumi/pulumi";
import * as sdkState from "@pulumi/pulumi/runtime/state.js";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

/** Key of the engine's marks on values, and its mark of a resource. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

/** AWS's example account. */
const ACCOUNT = "123456789012";

/** What the program asks of AWS. */
const ANSWERS: Readonly<Record<string, Record<string, unknown>>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: ACCOUNT },
  "aws:lb/getLbs:getLbs": { arns: ["arn:aws:mock:::load-balancer"] },
  "aws:lb/getLoadBalancer:getLoadBalancer": { dnsName: "gateway.elb.mock" },
};

/** What a program asked the engine to register. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN of the parent; undefined for the stack itself. */
  readonly parent: string | undefined;
  /** URN of the provider (without its id); undefined where the default one is used. */
  readonly provider: string | undefined;
  /** URNs of providers by package, as components hand them on. */
  readonly providers: Readonly<Record<string, string>>;
  /** URNs of what must exist first: of a component all that is in it, and the resources that inputs refer to. */
  readonly dependencies: readonly string[];
  readonly custom: boolean;
  readonly remote: boolean;
  readonly protect: boolean;
  /** Property paths that the engine leaves as they are. */
  readonly ignoreChanges: readonly string[];
  /** Inputs as sent to the engine; secrets keep the engine's marks. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface RecordOptions {
  /** Project of the URNs. Default: the product's. */
  readonly project?: string;
  readonly stack: string;
  /** Settings as the engine hands them to a program: full keys, objects as JSON text. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Full keys of the settings that are encrypted in the stack's file. Default: none. */
  readonly secretKeys?: readonly string[];
  /** Whether outputs of new resources are unknown, as in a preview. Default: false. */
  readonly preview?: boolean;
}

/** The part of the SDK's state that its type declarations leave out. */
interface SdkState {
  getStore(): { supportsTransforms: boolean };
}

/** The part of the SDK's mock monitor that registers resources. */
interface Monitor {
  registerResource(
    request: RegisterResourceRequest,
    callback: (error: unknown, response: { getUrn(): string }) => void,
  ): Promise<void>;
}

/** Runs a program against Pulumi's mock engine and gives everything that it registered, in that order. */
export async function record(run: () => unknown, options: RecordOptions): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({
        id: `${name}-id`,
        state: outputsOf(name, inputs as Record<string, unknown>),
      }),
      call: ({ token }) => ANSWERS[token] ?? {},
    },
    options.project ?? "ecommerce-mesh",
    options.stack,
    options.preview ?? false,
  );
  // The mocks say that they have none. They never call one, so a test of what a transform does needs the engine.
  (sdkState as unknown as SdkState).getStore().supportsTransforms = true;
  pulumi.runtime.setAllConfig({ ...options.settings }, [...(options.secretKeys ?? [])]);
  spy(pulumi.runtime.getMonitor() as unknown as Monitor, registered);
  await pulumi.runtime.runInPulumiStack(() => Promise.resolve(run()));
  await pulumi.runtime.disconnect();
  return registered;
}

/** Outputs that the program itself reads from what the mocks make. */
function outputsOf(name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  return {
    ...inputs,
    arn: `arn:aws:mock:::${name}`,
    latestVersion: 1,
    kubeconfigJson: "{}",
    eksCluster: { name, endpoint: "https://mock", roleArn: `arn:aws:mock:::${name}-role` },
    core: {},
    result: "mock-secret",
    privateKeyPem: "mock-key",
    certPem: "mock-cert",
  };
}

function spy(monitor: Monitor, registered: Registered[]): void {
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    original(request, (error, response) => {
      if (error === null || error === undefined) {
        registered.push(registeredOf(request, response.getUrn()));
      }
      callback(error, response);
    });
}

function registeredOf(request: RegisterResourceRequest, urn: string): Registered {
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: request.getParent() || undefined,
    provider: withoutId(request.getProvider()),
    providers: Object.fromEntries(
      request
        .getProvidersMap()
        .toArray()
        .map(([name, reference]) => [name, withoutId(reference) ?? ""]),
    ),
    dependencies: [...request.getDependenciesList(), ...references(request.getObject()?.toJavaScript())],
    custom: request.getCustom(),
    remote: request.getRemote(),
    protect: request.getProtect() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    inputs: request.getObject()?.toJavaScript() ?? {},
  };
}

/** URNs of the resources that an input holds: a remote component receives them, and the engine reads them as dependencies. */
function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const { [SIGNATURE]: mark, urn } = value as Record<string, unknown>;
  return mark === RESOURCE && typeof urn === "string" ? [urn] : Object.values(value).flatMap(references);
}

/** A provider reference is `<urn>::<id>`. */
function withoutId(reference: string): string | undefined {
  return reference === "" ? undefined : reference.split("::").slice(0, 4).join("::");
}

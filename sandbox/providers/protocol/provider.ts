import type { DiffResult } from "./diff.ts";
import type { ComponentRequest, ComponentResult } from "./component.ts";
import type { Session } from "./sessions.ts";
import type { PropertyMap } from "./values.ts";

/** What every request about one resource carries. */
export interface ResourceRequest {
  readonly session: Session;
  readonly urn: string;
  /** Type token, e.g. `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** Logical name, the last part of the URN. */
  readonly name: string;
  /** Aborted when the engine cancels, or the server closes. */
  readonly signal: AbortSignal;
}

/** A property that cannot be accepted. `property` is a path, empty for the whole. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckRequest extends ResourceRequest {
  /** Inputs of the last update; empty for a new resource. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  /** 32 bytes: the same for the same resource in preview and update. Empty when the engine gave none. */
  readonly randomSeed: Uint8Array;
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export interface CreateRequest extends ResourceRequest {
  readonly inputs: PropertyMap;
  /** True: nothing may be changed; outputs that only the real creation decides must be `UNKNOWN`. */
  readonly preview: boolean;
  /** From the resource's customTimeouts; 0: the provider's own default. */
  readonly timeoutSeconds: number;
}

export interface CreateResult {
  /** May be empty in a preview, when it cannot be told from the inputs. */
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface ReadRequest extends ResourceRequest {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface ReadResult {
  /** Empty: the object is gone. */
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface UpdateRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly news: PropertyMap;
  readonly preview: boolean;
  readonly timeoutSeconds: number;
  readonly ignoreChanges: readonly string[];
}

export interface DeleteRequest extends ResourceRequest {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  readonly timeoutSeconds: number;
}

export interface InvokeRequest {
  readonly session: Session;
  /** Function token, e.g. `aws:index/getRegion:getRegion`. */
  readonly token: string;
  readonly args: PropertyMap;
  readonly preview: boolean;
  readonly signal: AbortSignal;
}

export interface InvokeResult {
  readonly result: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface ConfigRequest {
  readonly urn: string;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
}

/**
 * A provider in place of a published one. What it throws goes to the engine: `Refusal` (nothing was changed) and
 * `InitFailed` (the object exists but is not ready) with their meaning, anything else as an internal error.
 * `inputs` and outputs may hold secrets and, in previews, unknowns; outputs that echo a secret input are made secret by
 * the server, so a provider only marks what is secret of itself.
 */
export interface StandInProvider {
  /** Package name, e.g. `aws`. */
  readonly packageName: string;
  /** Version of the published provider that it stands for. */
  readonly version: string;
  /** Called once a session, before its first request. It is not called while an input of the provider is unknown. */
  configure?(session: Session): Promise<void>;
  /** Default: every configuration is accepted. Secrets are laid open in these two requests. */
  checkConfig?(request: ConfigRequest): Promise<CheckResult>;
  /** Default: no change of the configuration replaces the provider. */
  diffConfig?(request: ConfigRequest): Promise<DiffResult>;
  /** Default: the inputs are accepted as they are. */
  check?(request: CheckRequest): Promise<CheckResult>;
  /** Default: every change updates in place. Compare old inputs with new inputs, never old outputs. */
  diff?(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  read(request: ReadRequest): Promise<ReadResult>;
  update(request: UpdateRequest): Promise<{ readonly outputs: PropertyMap }>;
  delete(request: DeleteRequest): Promise<void>;
  /** Default: every function is refused. */
  invoke?(request: InvokeRequest): Promise<InvokeResult>;
  /** Remote components. Default: refused. */
  construct?(request: ComponentRequest): Promise<ComponentResult>;
}

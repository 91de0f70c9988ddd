/** What every object of the model carries. Names are explicit: other objects refer to them. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Version, kind and metadata. */
export interface Typed<A extends string, K extends string> {
  readonly apiVersion: A;
  readonly kind: K;
  readonly metadata: Metadata;
}

/** The same with a specification. */
export interface Specified<A extends string, K extends string, S> extends Typed<A, K> {
  readonly spec: S;
}

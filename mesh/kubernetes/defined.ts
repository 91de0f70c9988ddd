/** `T` without the undefined that optional fields may hold, and with lists of its own. */
type Defined<T> = { [K in keyof T]: Copied<Exclude<T[K], undefined>> };
type Copied<T> = T extends readonly (infer E)[] ? E[] : T;

/** A copy without the fields that are undefined, its lists copied too: an object of Kubernetes states only what is set. */
export function defined<T extends object>(value: T): Defined<T> {
  const fields = Object.entries(value as Readonly<Record<string, unknown>>).filter(([, field]) => field !== undefined);
  const copies = fields.map(([key, field]) => [key, Array.isArray(field) ? [...(field as unknown[])] : field] as const);
  return Object.fromEntries(copies) as Defined<T>;
}

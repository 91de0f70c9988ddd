/** `T` without the undefined that optional fields may hold. */
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** A copy without the fields that are undefined: an object of Kubernetes says only what is said. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

const SUFFIXES: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * The value of a Kubernetes quantity in base units: cores for CPU, bytes for memory.
 * @throws RangeError when the text is no quantity.
 */
export function parseQuantity(text: string): number {
  const value = valueOf(text);
  if (value === undefined) {
    throw new RangeError(`not a Kubernetes quantity: ${text}`);
  }
  return value;
}

/** Whether the text is a quantity that `parseQuantity` reads. */
export function isQuantity(text: string): boolean {
  return valueOf(text) !== undefined;
}

function valueOf(text: string): number | undefined {
  const [, digits, suffix = ""] = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text) ?? [];
  const factor = SUFFIXES[suffix];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

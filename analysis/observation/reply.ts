/** What came back of one request that was really sent. */
export interface Reply {
  /** HTTP status; null where the connection was refused, closed, or nothing came in time. */
  readonly status: number | null;
  /** Why nothing came back, in the words of whoever knew. */
  readonly error?: string;
  /** `name` in the JSON of the demo image: the container that answered. */
  readonly name?: string;
  /** Target of a redirect. */
  readonly location?: string;
  /** Envoy refused it because a connection pool was full (`x-envoy-overloaded`). */
  readonly isOverloaded?: true;
  /** Calls that the container made to answer and that did not succeed, deepest first. */
  readonly failedCalls: readonly FailedCall[];
  /** From the first byte sent to the last one received, in milliseconds. */
  readonly latencyMs: number;
}

/** A call of a container to another service, as the container tells it. */
export interface FailedCall {
  readonly uri: string;
  readonly status: number;
}

/** Reads what the demo image says of itself in its body. Any other body says nothing. */
export function readBody(body: string): Pick<Reply, "name" | "failedCalls"> {
  const answer = parsed(body);
  const name = answer?.["name"];
  return {
    ...(typeof name === "string" && name !== "" ? { name } : {}),
    failedCalls: answer === undefined ? [] : failedCalls(answer),
  };
}

function failedCalls(answer: Readonly<Record<string, unknown>>): FailedCall[] {
  const calls = answer["upstream_calls"];
  return !isObject(calls)
    ? []
    : Object.entries(calls).flatMap(([uri, call]) => {
        if (!isObject(call)) {
          return [];
        }
        const status = typeof call["code"] === "number" ? call["code"] : 0;
        // 0: over gRPC all is well; over HTTP there was no answer, which comes with an error.
        const failed = status >= 400 || (typeof call["error"] === "string" && call["error"] !== "");
        return [...failedCalls(call), ...(failed ? [{ uri, status }] : [])];
      });
}

function parsed(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    // An Envoy's own words, a page, nothing at all: none of them names a container.
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

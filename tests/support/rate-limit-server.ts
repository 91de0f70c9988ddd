import { Server, ServerCredentials, type handleUnaryCall } from "@grpc/grpc-js";

/** `envoy.service.ratelimit.v3.RateLimitResponse` with nothing but its overall code: 1 is OK, 2 is OVER_LIMIT. */
const response = (code: 1 | 2): Buffer => Buffer.from([0x08, code]);

/**
 * A rate limit service on loopback that speaks Envoy's protocol and lets each distinct request through as often as a test
 * says. It keeps the bytes of the requests: the texts in them are what the gateway asked.
 */
export class RateLimitServer {
  readonly #server = new Server();
  readonly asked: Buffer[] = [];
  readonly #seen = new Map<string, number>();
  port = 0;

  constructor(allowed: number) {
    const shouldRateLimit: handleUnaryCall<Buffer, Buffer> = ({ request }, callback) => {
      this.asked.push(request);
      const key = request.toString("latin1");
      const count = (this.#seen.get(key) ?? 0) + 1;
      this.#seen.set(key, count);
      callback(null, response(count > allowed ? 2 : 1));
    };
    const raw = { serialize: (bytes: Buffer) => bytes, deserialize: (bytes: Buffer) => bytes };
    this.#server.addService(
      {
        shouldRateLimit: {
          path: "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit",
          requestStream: false,
          responseStream: false,
          requestSerialize: raw.serialize,
          requestDeserialize: raw.deserialize,
          responseSerialize: raw.serialize,
          responseDeserialize: raw.deserialize,
        },
      },
      { shouldRateLimit },
    );
  }

  async start(): Promise<void> {
    this.port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) {
          resolve(port);
        } else {
          reject(error);
        }
      });
    });
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

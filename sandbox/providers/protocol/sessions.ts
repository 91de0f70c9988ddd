import type { PropertyMap } from "./values.ts";

/** A configured connection of the engine: one for each provider resource (or default provider) of the program. */
export interface Session {
  /** URN of the provider resource; undefined before it is configured. */
  readonly urn: string | undefined;
  /** The provider's inputs, e.g. `region` or `kubeconfig`; empty before it is configured. */
  readonly config: PropertyMap;
}

/** A session with what the server needs to end it. */
export interface OpenSession extends Session {
  readonly abort: AbortController;
}

/**
 * Sessions by connection. The engine dials once for every provider resource of the program and configures each over its
 * own connection, while all of them attach to one port: so only the peer's address tells two `aws` providers apart.
 */
export class Sessions {
  readonly #byPeer = new Map<string, OpenSession>();
  #latest: OpenSession | undefined;

  /** The session of a peer. A peer that never configured (a connection dialled again) shares the latest configuration. */
  of(peer: string): OpenSession {
    const known = this.#byPeer.get(peer);
    if (known !== undefined) {
      return known;
    }
    const latest = this.#latest;
    return this.#open(peer, latest?.urn, latest?.config ?? {});
  }

  /** Records the configuration of a peer. */
  configure(peer: string, urn: string | undefined, config: PropertyMap): OpenSession {
    const session = this.#open(peer, urn, config);
    this.#latest = session;
    return session;
  }

  /** Aborts what runs in every session. */
  abortAll(): void {
    for (const session of this.#byPeer.values()) {
      session.abort.abort();
    }
  }

  #open(peer: string, urn: string | undefined, config: PropertyMap): OpenSession {
    const abort = this.#byPeer.get(peer)?.abort ?? new AbortController();
    const session = { urn, config, abort };
    this.#byPeer.set(peer, session);
    return session;
  }
}

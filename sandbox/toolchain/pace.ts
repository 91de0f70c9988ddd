const MINUTE_MS = 60_000;

/** The first minutes that are measured weigh no more than what was foretold, so that a short step misleads nobody. */
const TRUST_MINUTES = 1;

/** Tells how long work will still take whose length is foretold: as foretold, times how this machine has kept to it so far. */
export class Pace {
  readonly #total: number;
  readonly #now: () => number;
  readonly #begun: number;
  #finished = 0;
  #finishedAt: number;

  /**
   * @param minutes foretold for all of the work.
   * @param now clock in milliseconds.
   */
  constructor(minutes: number, now: () => number = Date.now) {
    this.#total = minutes;
    this.#now = now;
    this.#begun = now();
    this.#finishedAt = this.#begun;
  }

  /** Notes that a part is done, of which so many minutes were foretold. */
  finish(minutes: number): void {
    this.#finished += minutes;
    this.#finishedAt = this.#now();
  }

  /**
   * What is left, as people say it, e.g. `about 4 min left`.
   * @param running minutes foretold for the parts that are being worked on.
   */
  left(running: number): string {
    const scale = this.#scale();
    const since = (this.#now() - this.#finishedAt) / MINUTE_MS / scale;
    const minutes = (this.#total - this.#finished - Math.min(running, since)) * scale;
    return minutes < 1 ? "under a minute left" : `about ${Math.round(minutes)} min left`;
  }

  /** Above 1: slower than foretold. */
  #scale(): number {
    const measured = (this.#finishedAt - this.#begun) / MINUTE_MS;
    return (measured + TRUST_MINUTES) / (this.#finished + TRUST_MINUTES);
  }
}

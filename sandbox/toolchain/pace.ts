/** Tells how long work will still take whose steps have a foretold length: foretold, times how this machine has kept to it so far. */
export class Pace {
  readonly #now: () => number;
  readonly #begun: number;
  #left: readonly number[];
  #finished = 0;
  #stepBegun: number;

  /**
   * @param minutes foretold for each step, in their order.
   * @param now clock in milliseconds.
   */
  constructor(minutes: readonly number[], now: () => number = Date.now) {
    this.#left = minutes;
    this.#now = now;
    this.#begun = now();
    this.#stepBegun = now();
  }

  /** Notes that the first of the remaining steps is done. */
  finishStep(): void {
    const [step = 0, ...left] = this.#left;
    this.#left = left;
    this.#finished += step;
    this.#stepBegun = this.#now();
  }

  /** Minutes until the last step is done. */
  minutesLeft(): number {
    const [step = 0, ...later] = this.#left.map((minutes) => minutes * this.#scale());
    const inStep = (this.#now() - this.#stepBegun) / MINUTE_MS;
    return Math.max(0, step - inStep) + later.reduce((sum, minutes) => sum + minutes, 0);
  }

  /** The same as people say it, e.g. `about 4 min left`. */
  left(): string {
    const minutes = this.minutesLeft();
    return minutes < 1 ? "under a minute left" : `about ${Math.round(minutes)} min left`;
  }

  /** Above 1: slower than foretold. What is foretold weighs as much as the first minutes that are measured, so that a short step misleads nobody. */
  #scale(): number {
    const measured = (this.#stepBegun - this.#begun) / MINUTE_MS;
    return (measured + TRUST_MINUTES) / (this.#finished + TRUST_MINUTES);
  }
}

const MINUTE_MS = 60_000;
const TRUST_MINUTES = 1;

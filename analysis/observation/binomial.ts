/** Share of a normal distribution above three standard deviations: what is rarer than this is no chance. */
const TAIL = 0.00134989803163;

/** Numbers of hits, both among them. */
export interface CountRange {
  readonly from: number;
  readonly to: number;
}

/**
 * How many of `n` independent requests may well meet what each meets with probability `p`: every number that lies no
 * further from the mean than three standard deviations, by the binomial's own tails. Of many requests that is the mean
 * and three standard deviations; of few, where the normal distribution is far off, chance keeps its due.
 * @param p 0 to 1; at the ends nothing is left to chance
 */
export function likelyCounts(n: number, p: number): CountRange {
  if (p <= 0 || p >= 1 || n === 0) {
    const sure = p >= 1 ? n : 0;
    return { from: sure, to: sure };
  }
  const probabilities = binomial(n, p);
  return { from: firstBeyondTail(probabilities), to: n - firstBeyondTail([...probabilities].reverse()) };
}

/** The first index at which the probabilities so far sum to more than the tail. */
function firstBeyondTail(probabilities: readonly number[]): number {
  let sum = 0;
  const index = probabilities.findIndex((probability) => (sum += probability) > TAIL);
  return index < 0 ? probabilities.length - 1 : index;
}

/** Probability of each number of hits, by logarithms: the factors of thousands of requests fit no number. */
function binomial(n: number, p: number): number[] {
  const [hit, miss] = [Math.log(p), Math.log1p(-p)];
  let logOfWays = 0;
  return Array.from({ length: n + 1 }, (_, hits) => {
    logOfWays += hits === 0 ? 0 : Math.log((n - hits + 1) / hits);
    return Math.exp(logOfWays + hits * hit + (n - hits) * miss);
  });
}

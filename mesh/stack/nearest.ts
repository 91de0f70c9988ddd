import { distance } from "fastest-levenshtein";

/** The known word that a mistyped one most likely means; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** `did you mean cart?` where a known word is near, else the advice given. */
export function didYouMean<Otherwise>(word: string, known: readonly string[], otherwise: Otherwise) {
  const match = nearest(word, known);
  return match === undefined ? otherwise : `did you mean ${match}?`;
}

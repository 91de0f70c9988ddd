import { randomInt } from "node:crypto";

import { Refusal } from "../../protocol/index.ts";
import { numberOf, textOf } from "../properties.ts";
import type { Properties } from "../types.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";

/** The published provider's own set, when `overrideSpecial` is not given. */
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/**
 * A random text as RandomPassword makes it: `length` characters of the classes that are switched on, with at
 * least `minLower`, `minUpper`, `minNumeric` and `minSpecial` of each.
 * @throws Refusal when nothing can be chosen from, or the minima exceed the length.
 */
export function randomText(inputs: Properties): string {
  const length = numberOf(inputs["length"], 0);
  const classes = [
    { characters: LOWER, on: inputs["lower"] !== false, least: numberOf(inputs["minLower"], 0) },
    { characters: UPPER, on: inputs["upper"] !== false, least: numberOf(inputs["minUpper"], 0) },
    { characters: DIGITS, on: numeric(inputs), least: numberOf(inputs["minNumeric"], 0) },
    {
      characters: textOf(inputs["overrideSpecial"]) || SPECIAL,
      on: inputs["special"] !== false,
      least: numberOf(inputs["minSpecial"], 0),
    },
  ];
  const all = classes.map(({ characters, on }) => (on ? characters : "")).join("");
  const least = classes.reduce((sum, { least }) => sum + least, 0);
  if (length < 1 || all === "" || least > length) {
    throw new Refusal(`a random text of length ${length} cannot be made: at least ${Math.max(least, 1)} are asked for`);
  }
  const must = classes.flatMap(({ characters, least }) => Array.from({ length: least }, () => pick(characters)));
  const rest = Array.from({ length: length - must.length }, () => pick(all));
  return shuffle([...must, ...rest]).join("");
}

/** `number` is the older name of `numeric`. */
const numeric = (inputs: Properties): boolean => inputs["numeric"] !== false && inputs["number"] !== false;

const pick = (characters: string): string => characters.charAt(randomInt(characters.length));

function shuffle<T>(list: readonly T[]): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    const [a, b] = [result[i], result[j]];
    if (a !== undefined && b !== undefined) {
      [result[i], result[j]] = [b, a];
    }
  }
  return result;
}

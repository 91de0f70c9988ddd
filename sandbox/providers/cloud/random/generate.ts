import { randomBytes, randomInt } from "node:crypto";

import { Refusal } from "../../protocol/index.ts";
import { numberOf, textOf } from "../properties.ts";
import type { Properties } from "../types.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";

/** The published provider's own set, when `overrideSpecial` is not given. */
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/**
 * A random text as RandomPassword and RandomString make it: `length` characters of the classes that are switched on, with at
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

/** Outputs of a RandomId: the same bytes in several notations, each behind the prefix. */
export function randomId(inputs: Properties): Properties {
  const bytes = randomBytes(numberOf(inputs["byteLength"], 8));
  const prefix = textOf(inputs["prefix"]);
  const b64Url = bytes.toString("base64url");
  return {
    id: b64Url,
    b64Url: prefix + b64Url,
    b64Std: prefix + bytes.toString("base64"),
    hex: prefix + bytes.toString("hex"),
    dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
  };
}

const ADJECTIVES = [
  "brave",
  "calm",
  "eager",
  "fair",
  "gentle",
  "keen",
  "lively",
  "merry",
  "noble",
  "proud",
  "quick",
  "wise",
];
const ANIMALS = [
  "badger",
  "crane",
  "falcon",
  "gecko",
  "heron",
  "ibex",
  "lynx",
  "marmot",
  "otter",
  "puffin",
  "raven",
  "tapir",
];

/** A RandomPet's name. The word lists are our own and shorter than the published provider's. */
export function randomPet(inputs: Properties): string {
  const length = numberOf(inputs["length"], 2);
  const words = Array.from({ length }, (_, i) => {
    const list = i === length - 1 ? ANIMALS : ADJECTIVES;
    return list[randomInt(list.length)] ?? "";
  });
  const prefix = textOf(inputs["prefix"]);
  return [...(prefix === "" ? [] : [prefix]), ...words].join(textOf(inputs["separator"]) || "-");
}

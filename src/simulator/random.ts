/**
 * Chance that can be repeated. Same key, same numbers, on every machine and Node version: only 32-bit integer
 * operations are used. Seeding is FNV-1a (Fowler, Noll, Vo) over the key's UTF-16 units; the generator is
 * mulberry32 (Tommy Ettinger, public domain), one 32-bit state. It draws
 * pictures and plans demo plants; it keeps no secrets.
 */
export type Random = {
  /** A number in [0, 1). */
  next(): number;
  /** A number in [min, max). */
  between(min: number, max: number): number;
  /** A whole number in [min, max], both ends included. */
  integer(min: number, max: number): number;
  /** True with this probability, 0..1. */
  chance(probability: number): boolean;
  /** One of the items, each as likely. */
  pick<T>(items: readonly T[]): T;
  /** A draw from the normal distribution with mean 0 and standard deviation 1 (Box and Muller 1958). */
  normal(): number;
};

/** A generator whose numbers follow from the key alone; keys such as `7:S9:lots` give independent streams. */
export function createRandom(key: string): Random {
  let state = hashKey(key);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + (max - min) * next(),
    integer: (min, max) => min + Math.floor((max - min + 1) * next()),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(items.length * next())]!,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** The FNV-1a hash of a key as an unsigned 32-bit number. */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

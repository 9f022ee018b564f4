import { randomInt } from "node:crypto";

/** The seed of this run: the one given by `CHAOS_SEED` to repeat a run, else a new one. Tests print it. */
export const seed = Number(process.env.CHAOS_SEED || randomInt(2 ** 31));

/** A function that gives the same numbers from 0 to 1 for the same seed (mulberry32). */
export function seededRandom(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

import { expect, test } from "vitest";
import { repeat } from "./repeat.ts";

test("goes on after failures, and ends at the signal once its work is done", async () => {
  const stopping = new AbortController();
  const errors: unknown[] = [];
  let count = 0;
  const work = async () => {
    count++;
    if (count === 3) stopping.abort();
    if (count !== 2) throw new Error(`failure ${count}`);
  };
  await repeat(work, { pause: 1, signal: stopping.signal, onError: (error) => errors.push(error) });
  expect(count).toBe(3);
  // What fails because it is being stopped is no failure.
  expect(errors).toEqual([new Error("failure 1")]);
});

test("a pause does not hold the end", async () => {
  const stopping = new AbortController();
  const running = repeat(async () => {}, { pause: 2 ** 31 - 1, signal: stopping.signal, onError: () => {} });
  stopping.abort();
  await running;
});

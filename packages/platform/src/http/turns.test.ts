import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

/** Work that ends when it is told to, and a note of when it began. */
function work(begun: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const start = () => {
    begun.push(name);
    return promise;
  };
  return { start, end: () => resolve(name) };
}

test("work on one thing takes turns in order, work on others goes on beside it, up to a limit", async () => {
  const turns = new Turns(2);
  const begun: string[] = [];
  const [a1, a2, b1, c1] = ["a1", "a2", "b1", "c1"].map((name) => work(begun, name));
  if (!a1 || !a2 || !b1 || !c1) throw new Error("there are four");
  const done = [
    turns.take("a", a1.start),
    turns.take("a", a2.start),
    turns.take("b", b1.start),
    turns.take("c", c1.start),
  ];
  await expect.poll(() => begun).toEqual(["a1", "b1"]);
  b1.end();
  await done[2];
  await expect.poll(() => begun).toEqual(["a1", "b1", "c1"]);
  a1.end();
  await expect.poll(() => begun).toEqual(["a1", "b1", "c1", "a2"]);
  a2.end();
  c1.end();
  expect(await Promise.all(done)).toEqual(["a1", "a2", "b1", "c1"]);
});

test("work that fails gives up its turn", async () => {
  const turns = new Turns(1);
  await expect(turns.take("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await turns.take("a", async () => "yes")).toBe("yes");
});

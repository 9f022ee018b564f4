import fc from "fast-check";
import { expect, test } from "vitest";
import { rollbackTarget, type Success } from "./rollback-target.ts";

/** `A B <A`: images in the order in which they became healthy, `<` before those that were gone back to. */
function successesOf(history: string): readonly Success[] {
  return history
    .split(" ")
    .filter((word) => word !== "")
    .map((word, index) => ({
      id: `${index}`,
      image_ref: word.replace("<", ""),
      action: word.startsWith("<") ? "rollback" : "deploy",
    }));
}

/** The images that one rollback after the other goes back to, each healthy before the next is asked for, or none of them. */
function rollbacks(history: string, { healthy = true } = {}): string {
  const successes = [...successesOf(history)];
  const last = successes.at(-1);
  let current = { image_ref: last?.image_ref ?? "", action: last?.action ?? "deploy" };
  const images: string[] = [];
  for (;;) {
    const target = rollbackTarget(successes, current);
    if (target === undefined) return images.join(" ");
    images.push(target.image_ref);
    current = { image_ref: target.image_ref, action: "rollback" };
    if (healthy) successes.push({ ...current, id: `${successes.length}` });
  }
}

test.each([
  ["", ""],
  ["A", ""],
  ["A A A", ""],
  ["A B C", "B A"],
  ["A B C D", "C B A"],
  ["A B B C C", "B A"],
  // What was rolled back from is not gone back to.
  ["A B C <B", "A"],
  ["A B C <B D", "B A"],
  ["A B C <B <A D", "A"],
  // Each image once, where it was deployed last.
  ["A B A", "B"],
  ["A B A C", "A B"],
  ["A B C A <C", "B"],
  // Of what was gone back to, nothing may be known any more.
  ["<B C", "B"],
])("after %j, one rollback after the other goes back to %j", (history, images) => {
  expect(rollbacks(history)).toBe(images);
  expect(rollbacks(history, { healthy: false })).toBe(images);
});

test("what never became healthy is left by going back to the last that did", () => {
  const wanted = { image_ref: "D", action: "deploy" };
  expect(rollbackTarget(successesOf("A B C"), wanted)).toMatchObject({ image_ref: "C" });
  expect(rollbackTarget(successesOf("A B C <B"), wanted)).toMatchObject({ image_ref: "B" });
  expect(rollbackTarget([], wanted)).toBeUndefined();
});

test("it goes back to how an image was deployed last", () => {
  expect(rollbackTarget(successesOf("A B B C"), { image_ref: "C", action: "deploy" })).toMatchObject({ id: "2" });
});

test("whatever has happened, going back ends, and is never twice at one image", () => {
  const event = fc
    .tuple(fc.constantFrom("", "<"), fc.constantFrom("A", "B", "C", "D", "E"))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const images = rollbacks(events.join(" ")).split(" ");
      expect(new Set(images).size).toBe(images.length);
      expect(images).not.toContain(events.at(-1)?.replace("<", ""));
    }),
    { numRuns: 200 },
  );
});

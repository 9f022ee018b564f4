import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SharedRoom } from "./shared-room.ts";

/** How much of it somebody can take, a piece at a time. */
function fill(room: SharedRoom, whose: string, piece = 1): number {
  let taken = 0;
  while (room.take(whose, piece)) taken += piece;
  return taken;
}

describe("shared room", () => {
  test("is half for one alone, and the rest for others", () => {
    const room = new SharedRoom(1000);
    expect(room.mostForOne).toBe(500);
    expect(room.take("a", 501)).toBe(false);
    expect(fill(room, "a")).toBe(500);
    expect(fill(room, "b")).toBe(250);
    expect(fill(room, "c")).toBe(125);
  });

  test("is shared evenly by those who all want more than there is", () => {
    const room = new SharedRoom(1200);
    const held = new Map([
      ["a", 0],
      ["b", 0],
      ["c", 0],
    ]);
    // Each of them gives back as it comes, and takes again what it may.
    for (let round = 0; round < 100; round++) {
      for (const [whose, amount] of held) {
        const given = Math.min(amount, 10);
        room.giveBack(whose, given);
        held.set(whose, amount - given + fill(room, whose));
      }
    }
    for (const amount of held.values()) expect(Math.abs(amount - 300)).toBeLessThanOrEqual(10);
  });

  test("never holds more than its size, and is free again when all is given back", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(60)));
    fc.assert(
      fc.property(steps, (wanted) => {
        const room = new SharedRoom(100);
        const taken = wanted.filter(([whose, amount]) => room.take(whose, amount));
        expect(taken.reduce((sum, [, amount]) => sum + amount, 0)).toBeLessThanOrEqual(100);
        for (const [whose, amount] of taken) room.giveBack(whose, amount);
        expect(room.take("d", room.mostForOne)).toBe(true);
      }),
    );
  });
});

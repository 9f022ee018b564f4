import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instantOf, instantText, lastInstant } from "./instant.ts";
import { type Place, placeText, readPlace } from "./place.ts";

const instant = fc.integer({ min: 0, max: lastInstant });
const place: fc.Arbitrary<Place> = fc.record({
  time: instant,
  key: fc.uuid(),
  window: fc.record({ from: instant, to: instant }),
  total: fc.record({ count: fc.nat(), isMinimum: fc.boolean() }),
});
const any = () => true;

describe("a place in a list", () => {
  test("is what its text says, which is short", () => {
    fc.assert(
      fc.property(place, (each) => {
        expect(readPlace(placeText(each), any)).toEqual(each);
        expect(placeText(each).length).toBeLessThan(90);
      }),
    );
  });

  test("is refused when nothing has said it", () => {
    const garbage = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z.-]{0,90}$/));
    fc.assert(
      fc.property(garbage, (text) => {
        expect(() => readPlace(text, () => false)).toThrow("before: must be what a page");
      }),
    );
    for (const text of ["", "a.b.c.1.e", "zzzzzzzzzzz.0.0.0.e.a", `0.0.0.0.x.${"a".repeat(32)}`]) {
      expect(() => readPlace(text, any), text).toThrow("before: must be what a page");
    }
  });
});

test("an instant is its text, to the microsecond", () => {
  fc.assert(
    fc.property(instant, (each) => {
      expect(instantOf(instantText(each))).toBe(each);
    }),
  );
  expect(instantOf("2026-01-02T03:04:05.123456789+02:00")).toBe(instantOf("2026-01-02T01:04:05.123456Z"));
  expect(instantText(instantOf("2026-01-02T03:04:05Z"))).toBe("2026-01-02T03:04:05.000Z");
  expect(instantText(instantOf("0000-01-01T00:00:00Z"))).toBe("1970-01-01T00:00:00.000Z");
});

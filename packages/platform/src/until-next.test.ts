import fc from "fast-check";
import { expect, test } from "vitest";
import { untilNext } from "./until-next.ts";

test("whenever they begin to wait, all wait for the same moments, for about a period at most", () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), fc.integer({ min: 1, max: 100_000 }), (now, period) => {
      const wait = untilNext(period, now);
      expect((now + wait) % period).toBe(0);
      expect(wait).toBeGreaterThanOrEqual(period / 10);
      expect(wait).toBeLessThanOrEqual(period * 1.1);
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const now = Date.UTC(1994, 10, 6, 8, 49, 0);

test.each([
  ["0", 0],
  ["120", 120_000],
  [" 1.5 ", 1_500],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 37_000],
  ["Sunday, 06-Nov-94 08:49:37 GMT", 37_000],
  ["Sun Nov  6 08:49:37 1994", 37_000],
  ["Sun, 06 Nov 1994 08:48:00 GMT", 0],
])("%j", (value, milliseconds) => {
  expect(parseRetryAfter(value, now)).toBe(milliseconds);
});

test.each([undefined, "", "soon", "-1", "1e9", "1994-11-06T08:49:37Z", "Sun, 99 Nov 1994 08:49:37 GMT"])(
  "%j says nothing",
  (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  },
);

test("whatever a server sends gives a number of milliseconds or nothing", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      (value) => {
        const wait = parseRetryAfter(value, now);
        return wait === undefined || (wait >= 0 && Number.isFinite(wait));
      },
    ),
    { numRuns: 200 },
  );
});

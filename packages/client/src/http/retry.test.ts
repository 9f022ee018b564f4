import fc from "fast-check";
import { expect, test } from "vitest";
import { PlatformError } from "../errors/platform-error.ts";
import { retryDelay } from "./retry.ts";

function busy(retryAfter: number | undefined) {
  return new PlatformError("busy", {
    method: "GET",
    path: "/x",
    outcome: "answered",
    retryable: true,
    status: 503,
    serverMessage: "busy",
    fields: [],
    permission: undefined,
    requestId: "r",
    retryAfter,
  });
}

const remaining = 60_000;

test("waits double, up to 5 s, and are random below that", () => {
  for (const [index, limit] of [500, 1000, 2000, 4000, 5000].entries()) {
    const retrying = { attempt: index + 1, repeatable: true, remaining, backoff: 500 };
    const waits = Array.from({ length: 200 }, () => retryDelay(busy(undefined), retrying) ?? -1);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waits)).toBeLessThan(limit);
    // Full jitter: not one of two hundred in the upper half has a chance of 1 in 2^200.
    expect(Math.max(...waits)).toBeGreaterThan(limit / 2);
  }
  expect(retryDelay(busy(undefined), { attempt: 6, repeatable: true, remaining, backoff: 500 })).toBeUndefined();
});

test("the server's wish is never undercut, and never waited for beyond the deadline", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(60_000),
      (seconds, attempt, left) => {
        const delay = retryDelay(busy(seconds), { attempt, repeatable: true, remaining: left, backoff: 500 });
        if (delay === undefined) return left <= seconds * 1000 + 500;
        return delay >= seconds * 1000 && delay < left;
      },
    ),
    { numRuns: 200 },
  );
});

test("what is not worth another attempt gets none", () => {
  const retrying = { attempt: 1, repeatable: true, remaining, backoff: 500 };
  expect(retryDelay(new Error("bug"), retrying)).toBeUndefined();
  expect(retryDelay(busy(undefined), { ...retrying, repeatable: false })).toBeUndefined();
});

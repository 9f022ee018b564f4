import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "./verdict.ts";

const now = Date.UTC(2026, 0, 1);
const answered = (status: number, retryAfter?: string) => ({ kind: "answered", status, retryAfter }) as const;

describe("what was answered", () => {
  test.each([200, 201, 202, 204, 299])("%i is a success", (status) => {
    expect(judge(answered(status), 0, now, 0)).toEqual({
      ...{ status: "delivered", response_status: status, error: null, delay: null },
    });
  });

  test.each([400, 401, 403, 404, 405, 410, 413, 422])("%i is for good", (status) => {
    expect(judge(answered(status, "60"), 0, now, 0)).toEqual({
      ...{ status: "failed", response_status: status, error: `it answered ${status}`, delay: null },
    });
  });

  test.each([301, 302, 303, 307, 308])("%i leads nowhere", (status) => {
    expect(judge(answered(status), 0, now, 0)).toMatchObject({
      ...{ status: "failed", error: `it answered ${status}: redirects are not followed` },
    });
  });

  test.each([408, 429, 500, 502, 503, 504, 599])("%i is tried again", (status) => {
    expect(judge(answered(status), 0, now, 0)).toEqual({
      ...{ status: "pending", response_status: status, error: `it answered ${status}`, delay: 10 },
    });
  });

  test.each<[string | undefined, number]>([
    ["120", 120],
    ["5", 10],
    ["Thu, 01 Jan 2026 00:01:30 GMT", 90],
    ["Thu, 01 Jan 2025 00:00:00 GMT", 10],
    ["999999999", 86_400],
    ["soon", 10],
    ["-1", 10],
    ["", 10],
    [undefined, 10],
  ])("Retry-After %j", (retryAfter, delay) => {
    expect(judge(answered(503, retryAfter), 0, now, 0)).toMatchObject({ delay });
  });
});

test("without an answer it is tried again, unless that cannot help", () => {
  const failed = (isFinal: boolean) => judge({ kind: "failed", message: "no", isFinal }, 0, now, 0);
  expect(failed(false)).toEqual({ status: "pending", response_status: null, error: "no", delay: 10 });
  expect(failed(true)).toEqual({ status: "failed", response_status: null, error: "no", delay: null });
});

test("eight attempts in about a day, each pause longer than the one before", () => {
  const delays: number[] = [];
  for (let earlier = 0; ; earlier++) {
    const { status, delay } = judge(answered(500), earlier, now, 0);
    if (delay === null) {
      expect({ status, earlier }).toEqual({ status: "failed", earlier: 7 });
      break;
    }
    delays.push(delay);
  }
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
  const hours = delays.reduce((sum, delay) => sum + delay, 0) / 3600;
  expect(hours).toBeGreaterThan(20);
  expect(hours).toBeLessThan(28);
});

test("whatever is answered, the next attempt is at a moment to come", () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), fc.string(), fc.nat(10), (status, retryAfter, earlier) => {
      const { delay } = judge(answered(status, retryAfter), earlier, now, 0.5);
      expect(delay === null || (delay >= 10 && delay <= 86_400)).toBe(true);
    }),
  );
});

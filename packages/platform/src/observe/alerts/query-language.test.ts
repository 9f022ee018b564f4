import fc from "fast-check";
import { expect, test } from "vitest";
import { QueryError } from "./query-error.ts";
import { type AlertQuery, parseAlertQuery } from "./query-language.ts";

const usual = { metric: "requests", labels: {}, agg: undefined, window: 300 };

test.each<[text: string, query: Partial<AlertQuery>]>([
  ["metric:requests", {}],
  ["  metric:requests\n", {}],
  ["metric:http.server:5xx/s", { metric: "http.server:5xx/s" }],
  ["window:10 agg:p95 metric:requests", { agg: "p95", window: 10 }],
  ["metric:requests window:86400", { window: 86_400 }],
  ['metric:requests labels:{"route":"/","ok":false,"code":5.5}', { labels: { route: "/", ok: false, code: 5.5 } }],
  ['metric:requests labels:{ "route": "/a b} {" } agg:sum', { labels: { route: "/a b} {" }, agg: "sum" }],
  ['labels:{"a":"\\"}"} metric:requests', { labels: { a: '"}' } }],
  ["metric:requests labels:{}", {}],
])("%s is understood", (text, query) => {
  expect(parseAlertQuery(text)).toEqual({ ...usual, ...query });
});

test.each([
  ["", "needs a metric, such as metric:http.server.duration"],
  ["agg:avg", "needs a metric, such as metric:http.server.duration"],
  ["metric:", 'metric must be the name of one, of 1 to 255 characters, not ""'],
  [`metric:${"m".repeat(256)}`, /^metric must be the name of one, of 1 to 255 characters, not "m{40}…"$/],
  ["metric: requests", /^metric must be the name of one|^"requests" is not understood/],
  ["requests", /^"requests" is not understood: each part is one of metric:NAME, /],
  ["metric:requests > 5", /^">" is not understood/],
  ["metric:requests Agg:avg", /^"Agg:avg" is not understood/],
  ["metric:a metric:b", "metric is there twice"],
  ["metric:a agg:", 'agg must be one of avg, sum, max, min, count, rate, p50, p95, p99, not ""'],
  ["metric:a agg:median", /^agg must be one of avg, .*, not "median"$/],
  ["metric:a window:5m", 'window must be a number of seconds from 10 to 86400, not "5m"'],
  ["metric:a window:9", /^window must be a number of seconds from 10 to 86400, not "9"$/],
  ["metric:a window:86401", /^window must be/],
  ["metric:a window:1e3", /^window must be/],
  ["metric:a labels:route=/", /^labels must be a JSON object of texts, numbers, true and false, such as labels:/],
  ['metric:a labels:{"a":{"b":1}}', /^labels must be/],
  ['metric:a labels:{"a":null}', /^labels must be/],
  ['metric:a labels:{"a":["b"]}', /^labels must be/],
  ['metric:a labels:{"a":"b"', /^labels must be/],
  ["metric:a labels:{'a':'b'}", /^labels must be/],
  ['metric:a labels:{"a":"\\u0000"}', /^labels must be/],
  ['metric:a labels:{"\\ud800":"a"}', /^labels must be/],
  ['metric:a labels:{"a":"b"}agg:avg', 'after labels there must be a space, not "agg:avg"'],
])("%s is refused, and why is said", (text, message) => {
  expect(() => parseAlertQuery(text)).toThrow(QueryError);
  expect(() => parseAlertQuery(text)).toThrow(message);
});

const scalar = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean());

test("what is written is what is read, in any order and with any space between", () => {
  const query = fc.record({
    metric: fc.stringMatching(/^[\w.:/-]{1,50}$/),
    labels: fc.dictionary(fc.string({ unit: "grapheme" }), scalar).filter(isStorable),
    agg: fc.constantFrom("avg", "rate", "p99"),
    window: fc.integer({ min: 10, max: 86_400 }),
  });
  const indent = fc.constantFrom(0, 1);
  const space = fc.stringMatching(/^\s{1,3}$/);
  fc.assert(
    fc.property(query, indent, space, fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), (wanted, by, gap, order) => {
      const { metric, labels, agg, window } = wanted;
      const parts = [
        `metric:${metric}`,
        `labels:${JSON.stringify(labels, null, by)}`,
        `agg:${agg}`,
        `window:${window}`,
      ];
      const shuffled = parts
        .map((part, index) => ({ part, by: order[index] ?? 0 }))
        .sort((a, b) => a.by - b.by)
        .map(({ part }) => part);
      // As JSON has them: it knows no negative zero, and `__proto__` is a label like others.
      expect(JSON.stringify(parseAlertQuery(shuffled.join(gap)))).toBe(JSON.stringify(wanted));
    }),
    { numRuns: 100 },
  );
});

test("whatever is written, it is understood or refused with a message that is not long", () => {
  const piece = fc.oneof(
    fc.constantFrom("metric:", "labels:", "agg:", "window:", "{", "}", '"', ":", " ", "\\", "a", "avg", "60", ","),
    fc.string({ unit: "binary" }),
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.json().map((json) => `metric:a labels:${json}`),
      ),
      (written) => {
        try {
          const { metric, window } = parseAlertQuery(written);
          expect(written).toContain(`metric:${metric}`);
          expect(window).toBeGreaterThanOrEqual(10);
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
          expect(error.message.length).toBeLessThan(300);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("a query at its greatest length that never ends is refused, and not after trying for ever", () => {
  for (const part of ['"', '"\\', "{", '{"a', "\\"]) {
    const text = `metric:a labels:{${part.repeat(1000)}`.slice(0, 1000);
    expect(() => parseAlertQuery(text)).toThrow(QueryError);
  }
});

function isStorable(labels: Readonly<Record<string, unknown>>): boolean {
  return !JSON.stringify(labels).includes("\\u0000");
}

import type { traces } from "@platform-mcp/client";
import { hostileText, realTokens } from "@platform-mcp/server-kit/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, sendJson, spanId, spanOf, standInPlatform, traceId, traceOf } from "../testing/stand-in-platform.ts";

const text = hostileText({ maxLength: 300 });
const anything = fc.record({ text, at: fc.integer({ min: -1000, max: 1000 }), other: fc.nat({ max: 40 }) });

/** Any span: its parent may be missing, itself, or below it; its times may be anything. */
const anySpan = fc
  .record({
    number: fc.nat({ max: 40 }),
    parent: fc.option(fc.nat({ max: 60 })),
    from: fc.double({ min: -50, max: 2000, noNaN: true }),
    to: fc.double({ min: -50, max: 2000, noNaN: true }),
    name: text,
    service: text,
    message: fc.option(text),
    status: fc.constantFrom("ok", "error", "unset") as fc.Arbitrary<traces.SpanStatus>,
    broken: fc.constantFrom({}, { started_at: "yesterday" }, { finished_at: null, duration_ms: null }),
    attributes: fc.option(fc.dictionary(text, fc.oneof(text, fc.integer()), { maxKeys: 3 })),
    event: fc.option(anything),
  })
  .map(({ number, parent, from, to, broken, event, message, ...fields }) =>
    spanOf(number, [from, to], {
      ...fields,
      parent_span_id: parent === null ? null : spanId(parent),
      status_message: message,
      events:
        event === null
          ? null
          : [{ time: after(event.at), name: "exception", attributes: { "exception.stacktrace": event.text } }],
      ...broken,
    }),
  );

/** What stands outside of fences, line by line. */
function outside(shown: string): readonly string[] {
  return shown.replaceAll(/^<untrusted (\w+)>\n[\s\S]*?\n?<\/untrusted \1>$/gm, "").split("\n");
}

const name = '(?:"(?:[^"\\\\]|\\\\.)*"|[^\\s"[\\]]+)';
const rows = [
  /^[a-z_]+: .*$/,
  /^errors \d+(-\d+ of \d+)?, the first to begin first:$/,
  /^(More errors|Error \d+ was cut): get_trace .*$/,
  /^Too long to be shown whole: [a-z_, ]+\.$/,
  /^spans \d+( of \d+)?: name .*$/,
  new RegExp(
    `^ *(…\\d+ )?(\\d+x )?${name}( \\[${name}\\])? (unfinished|[\\d.]+ms)( max [\\d.]+ms)? \\+[\\d.]+ms( \\*([\\d.]+ms)?)?( ERROR)?( \\(its parent is not here\\))? #[0-9a-f]+( \\(\\+\\d+\\))?$`,
  ),
  /^\d+ spans are left out; .*$/,
  /What was logged in it: search_logs with trace_id=[0-9a-f]{32}\.$/,
  /^$/,
];

describe("whatever spans there are", () => {
  test("the tree is rows that only the platform's words begin, and stays within the budget", async () => {
    let trace: object = {};
    await using platform = await standInPlatform({
      routes: { [`GET /api/observe/traces/${traceId}`]: (response) => sendJson(200, trace)(response) },
      options: { resultTokens: 2000 },
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anySpan, { maxLength: 60 }), async (spans) => {
        trace = traceOf(spans);
        const { text: shown, isError } = await platform.call("get_trace", { trace_id: traceId });
        expect(isError, shown).toBe(false);
        expect(realTokens(shown)).toBeLessThanOrEqual(2000);
        for (const line of outside(shown))
          expect(
            rows.some((row) => row.test(line)),
            line,
          ).toBe(true);
        const { text: every } = await platform.call("get_trace", { trace_id: traceId, offset: 0 });
        if (spans.length > 0) expect(every).toContain(` of ${spans.length}: `);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  test("thousands of spans are an overview, however they hang together", async () => {
    const many = Array.from({ length: 5000 }, (_, at) => at + 1);
    const shapes = {
      siblings: many.map((at) => spanOf(at, [0, at], { parent_span_id: at === 1 ? null : spanId(1) })),
      alike: many.map((at) => spanOf(at, [0, at], { name: "item", parent_span_id: at === 1 ? null : spanId(1) })),
      chain: many.map((at) => spanOf(at, [at, 9000], { parent_span_id: at === 1 ? null : spanId(at - 1) })),
      circle: many.map((at) => spanOf(at, [at, 9000], { parent_span_id: spanId(at === 1 ? 5000 : at - 1) })),
      roots: many.map((at) => spanOf(at, [at, 9000], { parent_span_id: "ffffffffffffffff", status: "error" })),
      one: many.map(() => spanOf(1, [0, 1])),
    };
    for (const [shape, spans] of Object.entries(shapes)) {
      const trace = traceOf(spans);
      await using platform = await standInPlatform({ routes: { [`GET /api/observe/traces/${traceId}`]: trace } });
      const { text: shown, isError } = await platform.call("get_trace", { trace_id: traceId });
      expect(isError, shape).toBe(false);
      expect(shown, shape).toContain("\nspans_total: 5000\n");
      expect(shown.split("\n").length, shape).toBeLessThan(130);
      expect(shown.length, shape).toBeLessThan(20_000);
    }
  });
});

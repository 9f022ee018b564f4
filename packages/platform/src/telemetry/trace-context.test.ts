import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTraceparent, parseTraceparent } from "./trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

test("the header of the specification is read and written", () => {
  const header = `00-${traceId}-${spanId}-01`;
  expect(parseTraceparent(header)).toEqual({ traceId, spanId, sampled: true });
  expect(parseTraceparent(`00-${traceId}-${spanId}-00`)?.sampled).toBe(false);
  expect(formatTraceparent({ traceId, spanId, sampled: true })).toBe(header);
});

test("a later version may say more, the present one may not", () => {
  expect(parseTraceparent(`cc-${traceId}-${spanId}-01-more`)).toEqual({ traceId, spanId, sampled: true });
  expect(parseTraceparent(`00-${traceId}-${spanId}-01-more`)).toBeUndefined();
});

test("what is no trace context begins a new trace", () => {
  const wrong = [
    undefined,
    "",
    `ff-${traceId}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}`,
  ];
  for (const header of wrong) expect(parseTraceparent(header), header).toBeUndefined();
});

test("no text makes it fail, and what it takes is well-formed", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789abcdef-") }));
  fc.assert(
    fc.property(text, (header) => {
      const context = parseTraceparent(header);
      if (context !== undefined) expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
    }),
  );
});

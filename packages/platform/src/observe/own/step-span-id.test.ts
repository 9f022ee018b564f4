import { spanIdOf } from "@platform-mcp/client/contract";
import { expect, test } from "vitest";
import { stepSpanIdOf } from "./step-span-id.ts";

const id = "0d9ac6c3-7d3c-4f47-9d40-0b9b2bb0f9a1";

test("each run of a step has a span of its own", () => {
  expect(stepSpanIdOf(id, 1)).not.toBe(stepSpanIdOf(id, 2));
  expect(stepSpanIdOf(id, 1)).not.toBe(spanIdOf(id));
});

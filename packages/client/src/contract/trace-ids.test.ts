import { expect, test } from "vitest";
import { spanIdOf, traceIdOf } from "./trace-ids.ts";

const id = "0D9AC6C3-7d3c-4f47-9d40-0b9b2bb0f9a1";

test("a session's trace and span follow from its id, however that is written", () => {
  expect(traceIdOf(id)).toBe("0d9ac6c37d3c4f479d400b9b2bb0f9a1");
  // As sha256sum says.
  expect(spanIdOf(id)).toBe("06a98c4d4280e288");
});

import { expect, test } from "vitest";
import { protocolErrorLog } from "./protocol-error-log.ts";

test("one short line an error, without escapes and secrets", () => {
  const lines: string[] = [];
  protocolErrorLog((line) => lines.push(line))(
    new Error(`bad\n\x1b[31mplat_api_${"0f".repeat(32)} ${"x".repeat(1000)}`),
  );
  expect(lines).toEqual([`bad [masked] ${"x".repeat(287)}`]);
});

test("nonsense without end fills no log", () => {
  const lines: string[] = [];
  const log = protocolErrorLog((line) => lines.push(line));
  for (let at = 0; at < 1000; at++) log(new Error("bad"));
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe("further protocol errors are not logged");
});

import { ConfigError } from "@platform-mcp/client";
import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const settings = [{ name: "PLATFORM_THING", help: "a thing" }];

test("what is set is read, what is empty or asked for by nobody is not", () => {
  expect(readSettings(settings, { PLATFORM_THING: " /tmp/x ", PLATFORM_OTHER: "y" })).toEqual(
    new Map([["PLATFORM_THING", "/tmp/x"]]),
  );
  expect(readSettings(settings, { PLATFORM_THING: "" }).size).toBe(0);
});

test("a variable that was not expanded is refused", () => {
  expect(() => readSettings(settings, { PLATFORM_THING: `$${"{PLATFORM_THING}"}` })).toThrow(ConfigError);
});

import { ConfigError } from "@platform-mcp/client";
import { expect, test } from "vitest";
import { defaultOptions } from "../testing/tools.ts";
import { readToolOptions } from "./options.ts";

test("nothing set is nothing narrowed", () => {
  expect(readToolOptions({})).toEqual(defaultOptions);
  expect(readToolOptions({ PLATFORM_READ_ONLY: "", PLATFORM_TOOLS_ALLOW: " " })).toEqual(defaultOptions);
});

test("every option", () => {
  const env = {
    PLATFORM_READ_ONLY: "1",
    PLATFORM_TOOLS_ALLOW: "read_file, list_files",
    PLATFORM_TOOLS_DENY: "search_code,list_files",
    PLATFORM_CROSS_PROJECT: "TRUE",
    PLATFORM_CONFIRM: "destructive",
    PLATFORM_MCP_OUTPUT: "structured",
    PLATFORM_MCP_RESULT_TOKENS: "2000",
  };
  expect(readToolOptions(env)).toEqual({
    readOnly: true,
    allow: new Set(["read_file", "list_files"]),
    deny: new Set(["search_code", "list_files"]),
    crossProject: true,
    confirm: true,
    output: "structured",
    resultTokens: 2000,
  });
});

test.each([
  ["PLATFORM_READ_ONLY", "yes", 'PLATFORM_READ_ONLY must be 1 or 0, not "yes".'],
  ["PLATFORM_READ_ONLY", `$${"{READ_ONLY}"}`, expect.stringContaining("a variable that was not expanded")],
  ["PLATFORM_CROSS_PROJECT", "on", 'PLATFORM_CROSS_PROJECT must be 1 or 0, not "on".'],
  ["PLATFORM_CONFIRM", "1", 'PLATFORM_CONFIRM must be destructive, or not set, not "1".'],
  ["PLATFORM_MCP_OUTPUT", "json", 'PLATFORM_MCP_OUTPUT must be text or structured, not "json".'],
  [
    "PLATFORM_MCP_RESULT_TOKENS",
    "8k",
    'PLATFORM_MCP_RESULT_TOKENS must be a whole number from 1000 to 20000, not "8k".',
  ],
  ["PLATFORM_MCP_RESULT_TOKENS", "50", expect.stringContaining("from 1000 to 20000")],
  ["PLATFORM_TOOLS_ALLOW", ",", "PLATFORM_TOOLS_ALLOW must be names of tools, separated by commas."],
  ["PLATFORM_TOOLS_DENY", "read*", "PLATFORM_TOOLS_DENY must be names of tools, separated by commas."],
])("%s=%s is refused, since a narrowing that is misspelt must not widen", (variable, value, message) => {
  const read = () => readToolOptions({ [variable]: value });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(expect.objectContaining({ message }));
});

import { expect, test } from "vitest";
import { mcpConfig } from "../mcp-config.ts";
import { roles } from "../roles.ts";
import { expandVariables, serverEnvironment } from "./server-environment.ts";

const host = { SET: "value", EMPTY: "" };

// Each was seen with Claude Code 2.1.330.
test.each([
  [`\${SET}`, "value"],
  [`x\${SET:-other}y`, "xvaluey"],
  [`\${UNSET:-other}`, "other"],
  [`\${UNSET:-}`, ""],
  [`\${UNSET:-a:-b}`, "a:-b"],
  [`\${EMPTY:-other}`, ""],
  [`\${UNSET}`, `\${UNSET}`],
  ["$SET", "$SET"],
])("%s becomes %s", (text, expected) => {
  expect(expandVariables(text, host)).toBe(expected);
});

test("a server gets what its entry names, and of the host's own nothing but HOME and PATH", () => {
  const role = roles.get("admin");
  if (role === undefined) throw new Error("no role admin");
  const entry = mcpConfig({ role, domains: ["core"], serversDir: "/", node: "node" }).mcpServers["platform-core"];
  if (entry === undefined) throw new Error("no entry");
  const given = serverEnvironment(entry, {
    HOME: "/home/agent",
    PATH: "/bin",
    ANTHROPIC_API_KEY: "secret",
    NODE_OPTIONS: "--inspect",
    PLATFORM_API_TOKEN: "token",
  });
  expect(given).toMatchObject({
    HOME: "/home/agent",
    PATH: "/bin",
    PLATFORM_API_TOKEN: "token",
    PLATFORM_API_URL: "",
    PLATFORM_CROSS_PROJECT: "1",
  });
  expect(given).not.toHaveProperty("ANTHROPIC_API_KEY");
  expect(given).not.toHaveProperty("NODE_OPTIONS");
});

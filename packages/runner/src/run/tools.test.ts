import { expect, test } from "vitest";
import { toolPath } from "./tools.ts";

test("tools come from the directory that is named for them, else from PATH", () => {
  expect(toolPath({ AGENT_TOOLS: "/opt/agent/bin" }, "git")).toBe("/opt/agent/bin/git");
  expect(toolPath({ AGENT_TOOLS: " " }, "claude")).toBe("claude");
  expect(toolPath({}, "claude")).toBe("claude");
});

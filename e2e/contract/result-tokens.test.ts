import { realTokens } from "@platform-mcp/server-kit/testing";
import { expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { recordedCalls, recordedProject, replay } from "./lib/recorded.ts";

/** Of the tokens that the platform's answers would cost as JSON, an agent pays this part at most. */
const most = 0.35;

const recorded = await recordedCalls();

/** What the answers cost as they would be without these servers. */
function asJson(answers: readonly unknown[]): number {
  return answers.reduce<number>((sum, answer) => sum + realTokens(JSON.stringify(answer, null, 2)), 0);
}

test.each([...recorded])("%s costs little, and says what matters", async (name, one) => {
  await using platform = await replay(one);
  const file = await serverBundle(one.server);
  const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: "token", PROJECT_ID: recordedProject };
  await using server = new StdioServer({ file, env });
  await server.initialize();
  const { text, isError } = await call(server, one.tool, one.arguments);
  expect(text).not.toBe("");
  expect(isError, text).toBe(false);
  expect(one.facts.length).toBeGreaterThan(2);
  for (const fact of one.facts) expect(text).toContain(fact);
  const tokens = realTokens(text);
  const json = asJson(platform.given());
  process.stdout.write(`${name.padEnd(28)} ${tokens} of ${json} tokens: ${((tokens / json) * 100).toFixed(0)} %\n`);
  expect(tokens).toBeLessThanOrEqual(json * most);
});

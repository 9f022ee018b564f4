import type { CallAnswer, Route } from "@platform-mcp/server-kit/testing";
import { directory, standInPlatform } from "./stand-in-platform.ts";

export interface Used extends CallAnswer {
  /** What was sent, in order, without what only finds who and what a call is about. */
  readonly requests: readonly string[];
  readonly bodies: readonly unknown[];
}

/**
 * Calls a tool on a platform with these routes beside the directory, where a person is asked before what destroys and
 * calls may leave the project.
 */
export async function use(
  tool: string,
  args: object = {},
  routes: Readonly<Record<string, Route>> = {},
  reply: "accept" | "decline" = "accept",
): Promise<Used> {
  await using platform = await standInPlatform({
    routes: { ...directory, ...routes },
    options: { confirm: true, crossProject: true },
    reply: () => reply,
  });
  const answer = await platform.call(tool, args);
  const finding = new Set(Object.keys(directory));
  const requests = platform.requests.filter((request) => !finding.has(request.replace(/\?.*/, "")));
  return { ...answer, text: answer.text.replace(/\nRequest id: \S+$/, ""), requests, bodies: platform.bodies };
}

import { standInPlatform } from "@platform-mcp/server-kit/testing";
import { expect, test } from "vitest";
import { tools } from "../tools.ts";

const request = { number: 7, status: "open", title: "Fix it\u202e", source_branch: "fix/it", target_branch: "main" };

test("where a person has to agree, they read what would be merged into what", async () => {
  await using platform = await standInPlatform({
    tools,
    routes: { "GET /merge-requests/7": request },
    options: { confirm: true },
    reply: () => "decline",
  });
  const { asked, isError } = await platform.call("merge_merge_request", { number: 7 });
  expect(asked).toEqual(['Merge !7 (merge)?\nfrom: fix/it\ninto: main\ntitle: "Fix it\\u202e"']);
  expect(isError).toBe(true);
  expect(platform.requests).toEqual(["GET /merge-requests/7"]);
});

import { hostileText } from "@platform-mcp/server-kit/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  deploymentWith,
  historyOf,
  listed,
  previewWith,
  sendJson,
  standInPlatform,
} from "../testing/stand-in-platform.ts";

const text = hostileText({ minLength: 1, maxLength: 200 });

test("whatever users wrote, each row stays one line, and what programs printed stays in its fence", async () => {
  let hostile = "";
  await using platform = await standInPlatform({
    routes: {
      "GET /previews": (response) =>
        sendJson(
          200,
          listed(previewWith({ branch: hostile, message: hostile }), previewWith({ url: hostile })),
        )(response),
      "GET /deployments/production": (response) =>
        sendJson(
          200,
          deploymentWith({
            ...{
              image_ref: hostile,
              message: hostile,
              url: hostile,
              deployed_by_name: hostile,
              manifest_path: hostile,
            },
            ...{ current_status: "failed", values_override: { [hostile]: hostile } },
          }),
        )(response),
      "GET /deployments/production/history": (response) =>
        sendJson(200, historyOf({ image_ref: hostile, message: hostile, deployed_by_name: hostile }))(response),
    },
  });
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      hostile = written;
      const previews = await platform.call("list_previews");
      expect(previews.text.split("\n")).toHaveLength(3);
      const { text: shown, isError } = await platform.call("get_deployment", { environment: "production" });
      expect(isError).toBe(false);
      const outside = shown.replace(/^<untrusted (\w+)>\n[\s\S]*\n<\/untrusted \1>$/m, "");
      for (const line of outside.split("\n")) {
        expect(line).toMatch(
          /^([a-z_]+: .*|attempts 1-1 of 1: .*|2026-\S+ deploy success .*|rollback_deploy with .*|)$/,
        );
      }
    }),
    { numRuns: 60 },
  );
});

test("a question shows what users wrote in quotes that it cannot leave", async () => {
  let hostile = "";
  await using platform = await standInPlatform({
    options: { confirm: true },
    reply: () => "decline",
    routes: {
      "GET /previews": (response) => sendJson(200, listed(previewWith({ branch: hostile, url: hostile })))(response),
    },
  });
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      hostile = written;
      const { asked } = await platform.call("stop_preview", { preview: "feature-login" });
      expect(asked.join("")).toMatch(/^End the preview of branch .*\?$/);
    }),
    { numRuns: 60 },
  );
});

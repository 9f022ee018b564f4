import { expect, test } from "vitest";
import * as z from "zod";
import { list } from "../result/list.ts";
import { record } from "../result/record.ts";
import { defineTool } from "../tools/tool.ts";
import { project } from "./stand-in-platform.ts";
import { toolCaller } from "./tool-caller.ts";

const things = z.array(z.object({ name: z.string(), count: z.int().optional() }));

/** What a call says of a tool that announces one thing and answers another. */
async function call(output: z.ZodRawShape, result: Parameters<typeof list>[0]["items"]): Promise<string> {
  const tool = defineTool({
    ...{ name: "tell", title: "Tell", description: "Tell.", risk: "read", input: {}, output, uses: [] },
    run: async () => [
      record({ state: "told" }),
      list({ of: "things", items: result, next: () => "tell", empty: "None." }),
    ],
  });
  await using caller = toolCaller([tool], { url: "http://127.0.0.1:9", project });
  return await caller.call("tell").then(
    ({ text }) => text,
    (error: Error) => error.message,
  );
}

test("a test of a tool fails when the tool answers what it does not announce, at any depth", async () => {
  const item = { name: "one" };
  expect(await call({ state: z.string(), things }, [item])).toContain("state: told");
  expect(await call({ things }, [item])).toContain(
    'tell does not announce what it answers: ✖ Unrecognized key: "state"',
  );
  expect(await call({ state: z.int(), things }, [item])).toContain("expected number, received string");
  expect(await call({ state: z.string(), things }, [{ ...item, size: 3 }])).toContain('"size"');
});

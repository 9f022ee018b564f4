import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { projects } from "@platform-mcp/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { record } from "../result/record.ts";
import { toolCaller } from "../testing/tool-caller.ts";
import { searchThings } from "../testing/tools.ts";
import { defineTool } from "./tool.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

/** Waits for ever, in its own way or in a call to the platform that it may end itself. */
const waitForThing = defineTool({
  name: "wait_for_thing",
  title: "Wait for thing",
  description: "Wait.",
  risk: "read",
  input: { how: z.enum(["asleep", "calling", "calling a while"]) },
  output: { id: z.string() },
  uses: [projects.getProject],
  async run({ api, project, signal, progress, setting }, { how }) {
    progress(`${how} in ${setting("PLATFORM_THING")}`, 1);
    if (how === "asleep") await sleep(60_000, undefined, { signal });
    const a_while = how === "calling" ? {} : { signal: AbortSignal.timeout(20) };
    const { id } = await api.call(projects.getProject, { project_id: project }, a_while);
    return record({ id });
  },
});

/** Takes requests and answers none. */
const silent = createServer();
let url: string;
beforeAll(async () => {
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  url = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

const caller = () => toolCaller([waitForThing], { url, project, settings: { PLATFORM_THING: "the house" } });

test("a call that its host cancels ends, whatever the tool is doing, and is no defect", async () => {
  await using tools = caller();
  const asleep = new AbortController();
  const sleeping = tools.call("wait_for_thing", { how: "asleep" }, asleep.signal);
  asleep.abort();
  expect(await sleeping).toMatchObject({ isError: true, text: "wait_for_thing was cancelled." });
  const calling = new AbortController();
  silent.once("request", () => calling.abort());
  const answer = await tools.call("wait_for_thing", { how: "calling" }, calling.signal);
  expect(answer).toMatchObject({ isError: true, text: expect.stringContaining("cancelled by the caller") });
});

test("a tool may end one call of its own, and knows what the operator has set", async () => {
  await using tools = caller();
  const { text, progress } = await tools.call("wait_for_thing", { how: "calling a while" });
  expect(text).toContain("cancelled by the caller");
  expect(progress).toEqual(["calling a while in the house"]);
});

test("a call about all projects gets none", async () => {
  const options = { crossProject: true, output: "structured" } as const;
  await using tools = toolCaller([searchThings], { url, project, options });
  const projectOf = async (args: object) => (await tools.call("search_things", args)).data;
  expect(await projectOf({ project_id: "all" })).toEqual({});
  expect(await projectOf({})).toEqual({ project });
});

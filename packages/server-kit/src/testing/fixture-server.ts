import { setTimeout as sleep } from "node:timers/promises";
import { projects } from "@platform-mcp/client";
import * as z from "zod";
import { record } from "../result/record.ts";
import { runServer } from "../run-server.ts";
import { defineTool } from "../tools/tool.ts";
import { tools } from "./tools.ts";

/** Reports its progress, then waits until it is ended. */
const watchThing = defineTool({
  name: "watch_thing",
  title: "Watch thing",
  description: "Watch a thing for a while.",
  risk: "read",
  input: { forever: z.boolean().default(false) },
  output: {},
  uses: [],
  async run({ progress, signal }, { forever }) {
    progress("half way", 1, 2);
    if (forever) await sleep(60_000, undefined, { signal });
    return record({ watched: true });
  },
});

/** Fails in a way that nobody foresaw. */
const breakThing = defineTool({
  name: "break_thing",
  title: "Break thing",
  description: "Break.",
  risk: "read",
  input: {},
  output: {},
  uses: [],
  run: () => Promise.reject(new Error(`inside out: plat_api_${"0f".repeat(32)}`)),
});

/** Fails behind the back of its call. */
const breakLater = defineTool({
  name: "break_later",
  title: "Break later",
  description: "Break later.",
  risk: "read",
  input: {},
  output: {},
  uses: [],
  async run() {
    setImmediate(() => {
      throw new Error("behind the back");
    });
    void Promise.reject(new Error("nobody listens"));
    return record({ fine: true });
  },
});

/** Writes to the platform. */
const createThing = defineTool({
  name: "create_thing",
  title: "Create thing",
  description: "Create a thing.",
  risk: "write",
  input: { name: z.string() },
  output: {},
  uses: [projects.createProject],
  async run({ api }, { name }) {
    const { id } = await api.call(projects.createProject, { body: { name } });
    return record({ id, state: "created" });
  },
});

void runServer({
  name: "platform-fixture",
  summary: "tools of every kind, to test what all servers share",
  instructions: "Tools of every kind.",
  tools: [...tools, createThing, watchThing, breakThing, breakLater],
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveRoutes } from "../../http/testing/serve-routes.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { addRunningPipeline } from "../testing/add-running-pipeline.ts";
import { findLogState } from "./log-queries.ts";
import { logRef } from "./log-ref.ts";
import { type LogStore, logStoreIn } from "./log-store.ts";
import { logRoutes } from "./routes.ts";

type Server = Awaited<ReturnType<typeof serveRoutes>>;

let platform: TestPlatform;
let directory: string;
let logs: LogStore;
let server: Server;
let token: string;
let project: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "logs-"));
  platform = await startTestPlatform();
  logs = logStoreIn(directory);
  server = await serveRoutes(platform.db, logRoutes(logs));
  token = await platform.token({ user: "admin" });
  project = await platform.addProject("admin", "logged");
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(directory, { recursive: true });
});

/** A step that runs, with what a worker does to it. */
async function addStep() {
  const { pipelineId, stepId } = await addRunningPipeline(platform.db, project);
  const ref = logRef(pipelineId, stepId, 1);
  const update = (values: { log_ref?: string; status?: "failure" | "skipped" }) =>
    platform.db.updateTable("pipeline_steps").set(values).where("id", "=", stepId).execute();
  return {
    pipelineId,
    stepId,
    update,
    openLog: async () => {
      const log = await logs.open(ref, { secrets: [], maxBytes: 1e6 });
      await update({ log_ref: ref });
      return log;
    },
    end: () => update({ status: "failure" }),
    get: (query = "", on: Server = server, as = token) =>
      fetch(`${on.url}/api/projects/${project}/pipelines/${pipelineId}/steps/${stepId}/logs${query}`, {
        headers: { authorization: `Bearer ${as}` },
      }),
  };
}

const facts = ({ status, headers }: Response) => [
  status,
  headers.get("x-log-size"),
  headers.get("x-log-lines"),
  headers.get("x-log-complete"),
];

function readerOf(response: Response) {
  if (response.body === null) throw new Error("no body");
  return response.body.pipeThrough(new TextDecoderStream()).getReader();
}

describe("a step's log", () => {
  test("is answered at once, however far the step is", async () => {
    const step = await addStep();
    const waiting = await step.get();
    expect([facts(waiting), await waiting.text()]).toEqual([[200, "0", "0", "false"], ""]);
    const log = await step.openLog();
    await log.write(Buffer.from("one\ntwo"));
    await expect.poll(async () => (await step.get()).text()).toBe("one\ntwo");
    expect(facts(await step.get())).toEqual([200, "7", "2", "false"]);
    await log.close();
    await step.end();
    const ended = await step.get();
    expect([facts(ended), await ended.text()]).toEqual([[200, "7", "2", "true"], "one\ntwo"]);
    expect(ended.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(ended.headers.get("content-length")).toBe("7");
  });

  test("is not complete until whoever ran the step has let go of it", async () => {
    const { pipelineId, stepId } = await addStep();
    const address = { projectId: project, pipelineId, stepId };
    const states = await platform.db.transaction().execute(async (transaction) => {
      const change = transaction.updateTable("pipeline_steps").where("id", "=", stepId);
      await change.set({ status: "failure", claimed_by: crypto.randomUUID() }).execute();
      const held = await findLogState(transaction, address);
      await change.set({ claimed_by: null }).execute();
      return [held, await findLogState(transaction, address)];
    });
    expect(states).toEqual([
      { ref: null, isComplete: false },
      { ref: null, isComplete: true },
    ]);
  });

  test("that never was, or is gone, is empty", async () => {
    const skipped = await addStep();
    await skipped.update({ status: "skipped" });
    const answer = await skipped.get();
    expect([facts(answer), await answer.text()]).toEqual([[200, "0", "0", "true"], ""]);
    const gone = await addStep();
    await gone.update({ log_ref: logRef(gone.pipelineId, gone.stepId, 7) });
    await gone.end();
    expect(await (await gone.get("?tail=5")).text()).toBe("");
    expect(await (await gone.get("?follow=true")).text()).toBe("");
  });

  test("is given in parts, and HEAD says how much there is", async () => {
    const step = await addStep();
    const log = await step.openLog();
    await log.write(Buffer.from("one\ntwo ü\nthree\nfour\n"));
    await log.close();
    await step.end();
    const part = async (query: string) => await (await step.get(query)).text();
    expect(await part("?tail=2")).toBe("three\nfour\n");
    expect(await part("?tail=0")).toBe("");
    expect(await part("?tail=1000000")).toBe("one\ntwo ü\nthree\nfour\n");
    expect(await part("?from_line=2&to_line=3")).toBe("two ü\nthree\n");
    expect(await part("?from_line=9")).toBe("");
    expect(await part("?from_line=3&to_line=2")).toBe("");
    expect(await part("?offset=4&max_bytes=5")).toBe("two ");
    expect(await part("?offset=9")).toBe("\nthree\nfour\n".slice(0));
    expect(await part("?tail=3&max_bytes=8")).toBe("ee\nfour\n");
    expect(await part("?offset=999")).toBe("");
    const { url, status, headers } = await step.get("?tail=1");
    expect([status, headers.get("content-length")]).toEqual([200, "5"]);
    const head = await fetch(url, { method: "HEAD", headers: { authorization: `Bearer ${token}` } });
    expect([facts(head), head.headers.get("content-length")]).toEqual([[200, "22", "4", "true"], "5"]);
  });

  test("is refused where the question contradicts itself or asks for nothing that can be", async () => {
    const step = await addStep();
    for (const [query, field] of [
      ["?tail=1&offset=1", "tail"],
      ["?tail=1&to_line=3", "tail"],
      ["?offset=1&from_line=1", "offset"],
      ["?tail=-1", "tail"],
      ["?from_line=0", "from_line"],
      ["?max_bytes=0", "max_bytes"],
      ["?follow=yes", "follow"],
    ]) {
      const response = await step.get(query);
      expect([response.status, await response.json()], query).toMatchObject([400, { fields: [{ path: field }] }]);
    }
  });

  test("is not found for another project's, another pipeline's or no step", async () => {
    const [step, other] = [await addStep(), await addStep()];
    const elsewhere = await platform.addProject("admin", "elsewhere");
    const ask = async (projectId: string, pipelineId: string, stepId: string) => {
      const url = `${server.url}/api/projects/${projectId}/pipelines/${pipelineId}/steps/${stepId}/logs`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return [response.status, await response.json()];
    };
    expect(await ask(project, step.pipelineId, other.stepId)).toMatchObject([404, { error: "step" }]);
    expect(await ask(project, crypto.randomUUID(), step.stepId)).toMatchObject([404, { error: "pipeline" }]);
    expect(await ask(elsewhere, step.pipelineId, step.stepId)).toMatchObject([404, { error: "pipeline" }]);
  });
});

describe("following a log", () => {
  test("gives it as it comes, from before there is one to its end", async () => {
    const step = await addStep();
    const response = await step.get("?follow=true");
    expect(facts(response)).toEqual([200, "0", "0", "false"]);
    const reader = readerOf(response);
    const log = await step.openLog();
    await log.write(Buffer.from("one\n"));
    expect((await reader.read()).value).toBe("one\n");
    await log.write(Buffer.from("two\n"));
    expect((await reader.read()).value).toBe("two\n");
    await log.write(Buffer.from("three"));
    await log.close();
    await step.end();
    expect((await reader.read()).value).toBe("three");
    expect((await reader.read()).done).toBe(true);
  });

  test("goes on from where one was, or from its last lines", async () => {
    const step = await addStep();
    const log = await step.openLog();
    await log.write(Buffer.from("one\ntwo\nthree\n"));
    await expect.poll(async () => (await step.get()).headers.get("x-log-size")).toBe("14");
    const readers = await Promise.all(
      ["?follow=true&offset=8", "?follow=true&tail=2", "?follow=true&from_line=4", "?follow=true&to_line=4"].map(
        async (query) => await step.get(query),
      ),
    );
    await log.write(Buffer.from("four\nfive\n"));
    await log.close();
    await step.end();
    expect(await Promise.all(readers.map((response) => response.text()))).toEqual([
      "three\nfour\nfive\n",
      "two\nthree\nfour\nfive\n",
      "four\nfive\n",
      "one\ntwo\nthree\nfour\n",
    ]);
  });

  test("is broken off when the platform closes, which waits for no step", async () => {
    const own = await serveRoutes(platform.db, logRoutes(logs));
    const [begun, unbegun] = [await addStep(), await addStep()];
    const log = await begun.openLog();
    await log.write(Buffer.from("one\n"));
    const reader = readerOf(await begun.get("?follow=true", own));
    expect((await reader.read()).value).toBe("one\n");
    const other = readerOf(await unbegun.get("?follow=true", own));
    const broken = Promise.all([reader, other].map((one) => expect(one.read()).rejects.toThrow()));
    await own.close();
    await broken;
    await log.close();
  });

  test("ends when the right to read is taken", async () => {
    await platform.addUser("reader");
    await platform.lend({ from: "admin", to: "reader", permission: "project:read", project });
    const step = await addStep();
    const log = await step.openLog();
    await log.write(Buffer.from("one\n"));
    const reader = readerOf(await step.get("?follow=true", server, await platform.token({ user: "reader" })));
    expect((await reader.read()).value).toBe("one\n");
    await platform.db.deleteFrom("delegations").execute();
    await expect(reader.read()).rejects.toThrow();
    await log.close();
  });
});

import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StdioServer } from "../lib/stdio-server.ts";
import { call, fenced } from "./lib/contract.ts";
import { serverOn } from "./lib/server-on.ts";
import { type StandIn, sendJson, startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const sha = (number: number) => number.toString(16).padStart(40, "0");

/** A pipeline as the first platform shows it: no reason, no names, no count of runs. */
const pipelineOf = (number: number, git_ref: string, status: string) => ({
  id: id(number),
  project_id: project,
  trigger: git_ref.startsWith("refs/") ? "push" : "api",
  git_ref,
  commit_sha: sha(number),
  status,
  triggered_by: null,
  started_at: "2026-02-01T00:00:01Z",
  finished_at: status === "running" ? null : "2026-02-01T00:01:01Z",
  created_at: `2026-02-01T00:00:0${number}Z`,
});
/** The newest first; those that a push started and those that a call did name their branch differently. */
const pipelines = [
  pipelineOf(5, "main", "running"),
  pipelineOf(4, "refs/heads/main", "failure"),
  pipelineOf(3, "main", "success"),
  pipelineOf(2, "refs/heads/other", "success"),
  pipelineOf(1, "refs/heads/main", "success"),
];

const stepOf = (number: number, name: string, status: string, exit_code: number | null) => ({
  id: id(number),
  step_order: number - 10,
  name,
  image: "node:22",
  status,
  exit_code,
  duration_ms: status === "success" || status === "failure" ? 61_000 : null,
  log_ref: status === "failure" ? "logs/somewhere.log" : null,
  created_at: "2026-02-01T00:00:00Z",
});
const steps: Readonly<Record<string, readonly object[]>> = {
  [id(5)]: [stepOf(10, "unit", "running", null)],
  [id(4)]: [stepOf(11, "unit", "failure", 2), stepOf(12, "deploy", "skipped", null)],
};

const log = `${Array.from({ length: 3000 }, (_, at) => `row ${at + 1}`).join("\n")}\nAssertionError: expected 1 to be 2\nthe end\n`;
const artifacts = [
  {
    id: id(20),
    name: "report",
    content_type: null,
    size_bytes: 6,
    expires_at: null,
    created_at: "2026-02-01T00:00:00Z",
  },
  { id: id(21), name: "blob", content_type: null, size_bytes: 3, expires_at: null, created_at: "2026-02-01T00:00:00Z" },
];

type Answer = (response: ServerResponse, query: URLSearchParams) => void;

const json =
  (status: number, value: unknown): Answer =>
  (response) =>
    sendJson(response, status, value);
const sent =
  (type: string, body: string | Buffer): Answer =>
  (response) =>
    void response.writeHead(200, { "content-type": type }).end(body);

/** What it answers to a request, of any pipeline. */
const answers: Readonly<Record<string, Answer>> = {
  "GET /api/auth/me": json(200, { id: id(90), name: "ada" }),
  "GET /commits": json(200, []),
  "GET /pipelines": (response, query) => sendJson(response, 200, listed(query)),
  "POST /pipelines": json(201, pipelineOf(6, "main", "pending")),
  "POST /pipelines/ID/cancel": json(200, { ok: true }),
  [`GET /pipelines/ID/steps/${id(11)}/logs`]: sent("text/plain; charset=utf-8", log),
  // It answers when the step has ended.
  [`GET /pipelines/ID/steps/${id(10)}/logs`]: () => {},
  "GET /pipelines/ID/artifacts": json(200, artifacts),
  [`GET /pipelines/ID/artifacts/${id(20)}/download`]: sent("application/octet-stream", "hello\n"),
  [`GET /pipelines/ID/artifacts/${id(21)}/download`]: sent("application/octet-stream", Buffer.from([0, 1, 2])),
};

/** Where it has no endpoint, it answers with its page for browsers. */
function answer(response: ServerResponse, method: string, url: string): void {
  const { pathname, searchParams } = new URL(url, "http://platform");
  const path = pathname.replace(`/api/projects/${project}`, "");
  const one = pipelines.find((pipeline) => path.startsWith(`/pipelines/${pipeline.id}`));
  const key = `${method} ${path.replace(one?.id ?? "-", "ID")}`;
  const page = sent("text/html", "<!doctype html><title>Platform</title>");
  const shown = json(200, { ...one, steps: steps[one?.id ?? ""] ?? [] });
  (key === "GET /pipelines/ID" ? shown : (answers[key] ?? page))(response, searchParams);
}

/** Filters that compare letter by letter, and know no commit. */
function listed(query: URLSearchParams): object {
  const matching = pipelines.filter(
    ({ git_ref, status }) =>
      (query.get("git_ref") ?? git_ref) === git_ref && (query.get("status") ?? status) === status,
  );
  const offset = Number(query.get("offset") ?? 0);
  return { items: matching.slice(offset, offset + Number(query.get("limit") ?? 50)), total: matching.length };
}

let standIn: StandIn;
let server: StdioServer;
let downloads: string;
beforeAll(async () => {
  downloads = await mkdtemp(join(tmpdir(), "older-downloads-"));
  standIn = await startStandIn((response, { method, url }) => answer(response, method, url));
  server = await serverOn(standIn, "platform-pipeline", { PROJECT_ID: project, PLATFORM_DOWNLOAD_DIR: downloads });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await standIn?.[Symbol.asyncDispose]();
  await rm(downloads, { recursive: true, force: true });
});

/** Calls a tool that must not fail. */
async function use(name: string, args: object = {}): Promise<string> {
  const { text, isError } = await call(server, name, args);
  expect(isError, text).toBe(false);
  return text;
}

const idsIn = (text: string) => text.match(/^0{8}-\S+/gm) ?? [];

describe("the pipelines of a branch are those of pushes and of calls", () => {
  test.each(["main", "refs/heads/main"])("%s", async (ref) => {
    const text = await use("list_pipelines", { ref });
    expect(text).toMatch(/^pipelines 1-4 of 4: /);
    expect(idsIn(text)).toEqual([5, 4, 3, 1].map(id));
    expect(text).not.toContain("refs/heads");
  });

  test("page by page", async () => {
    const pages = await Promise.all([0, 2].map((offset) => use("list_pipelines", { ref: "main", limit: 2, offset })));
    expect(pages[0]).toContain("list_pipelines with offset=2");
    expect(pages.flatMap(idsIn)).toEqual([5, 4, 3, 1].map(id));
  });

  test("or of a commit", async () => {
    expect(idsIn(await use("list_pipelines", { ref: sha(4) }))).toEqual([id(4)]);
  });
});

test("fields that are missing hide nothing of what is there", async () => {
  expect(await use("get_pipeline", { pipeline_id: id(4) })).toBe(
    [
      `id: ${id(4)}`,
      "status: failure",
      "ref: main",
      "commit: 000000000000",
      "trigger: push",
      "created_at: 2026-02-01T00:00:04Z",
      "duration: 1m00s",
      "steps 1-2 of 2: name status duration why",
      'unit failure 1m01s "exit code 2"',
      "deploy skipped - -",
      "Next: diagnose_pipeline.",
    ].join("\n"),
  );
});

describe("a log that always comes whole", () => {
  test("is shown by its end, by range and by what matches", async () => {
    const end = await use("get_step_logs", { pipeline_id: id(4), tail: 2 });
    expect(end).toContain("lines: 3001-3002 of 3002");
    expect(fenced(end)).toEqual(["3001: AssertionError: expected 1 to be 2", "3002: the end"]);
    expect(fenced(await use("get_step_logs", { pipeline_id: id(4), from_line: 7, to_line: 8 }))).toEqual([
      "7: row 7",
      "8: row 8",
    ]);
    expect(await use("get_step_logs", { pipeline_id: id(4), grep: "row 29\\d\\d$" })).toContain(
      "matches: 100 in 3002 lines",
    );
  });

  test("and only once the step has ended, is not waited for", async () => {
    const text = await use("get_step_logs", { pipeline_id: id(5) });
    expect(text).toMatch(
      /^step: unit\nstatus: running\nNothing came within 5 s: this platform gives the log of a running step only when/,
    );
    expect(await use("get_step_logs", { pipeline_id: id(4), step: "deploy" })).toContain(
      "It has not run: there is no log.",
    );
  });
});

test("a diagnosis does without what the platform cannot compare", async () => {
  const text = await use("diagnose_pipeline", { ref: "main" });
  expect(text).toContain(`id: ${id(4)}\n`);
  expect(text).toContain("failed_step: unit\nstep_why: exit code 2\nlines: those that tell most of 3002\n");
  expect(fenced(text)).toContain("3001: AssertionError: expected 1 to be 2");
  expect(text).toContain("What changed since the last success could not be compared on this platform; git shows it.");
});

test("waiting for a branch finds its latest pipeline, and ends in time", async () => {
  const text = await use("wait_for_pipeline", { ref: "main", timeout_seconds: 1 });
  expect(text).toContain(`id: ${id(5)}\nstatus: running\n`);
  expect(text).toContain(`wait_for_pipeline with pipeline_id=${id(5)} goes on waiting.`);
});

test("a pipeline is started and cancelled; to retry one is not offered", async () => {
  expect(await use("trigger_pipeline", { ref: "main" })).toContain(`id: ${id(6)}\nstatus: pending\n`);
  // What runs its steps takes their end for a failure.
  expect(await use("cancel_pipeline", { pipeline_id: id(4) })).toContain("status: failure\n");
  const { text, isError } = await call(server, "retry_pipeline", { pipeline_id: id(4) });
  expect(isError).toBe(true);
  expect(text).toBe(
    [
      "retry_pipeline failed (POST /api/projects/{project_id}/pipelines/{pipeline_id}/retry).",
      "This platform does not offer to retry a pipeline. Instead, trigger_pipeline starts a new one at its ref.",
    ].join("\n"),
  );
});

test("artifacts are paged here, shown, and saved", async () => {
  expect(await use("list_artifacts", { pipeline_id: id(4), limit: 1, offset: 1 })).toBe(
    "artifacts 2-2: name size\nblob 3",
  );
  expect(fenced(await use("download_artifact", { pipeline_id: id(4), artifact: "report" }))).toEqual(["hello"]);
  const saved = await use("download_artifact", { pipeline_id: id(4), artifact: id(21) });
  expect(await readFile(/^saved_to: (\S+)$/m.exec(saved)?.[1] ?? "")).toEqual(Buffer.from([0, 1, 2]));
});

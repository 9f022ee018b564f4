import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveRoutes } from "../../http/testing/serve-routes.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { addRunningPipeline, addRunningStep } from "../testing/add-running-pipeline.ts";
import { type ArtifactStore, createArtifactStore } from "./artifact-store.ts";
import type { BlobStore } from "./blob-store.ts";
import { fileBlobsIn } from "./file-blobs.ts";
import { artifactRoutes } from "./routes.ts";
import { removeExpired, removeOrphans } from "./sweep-artifacts.ts";

let platform: TestPlatform;
let directory: string;
let blobs: BlobStore;
let artifacts: ArtifactStore;
let server: Awaited<ReturnType<typeof serveRoutes>>;
let token: string;
let project: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "artifacts-"));
  platform = await startTestPlatform();
  blobs = fileBlobsIn(directory);
  artifacts = createArtifactStore({ blobs, maxBytes: 1_000_000 });
  server = await serveRoutes(platform.db, artifactRoutes(blobs));
  token = await platform.token({ user: "admin" });
  project = await platform.addProject("admin", "made");
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(directory, { recursive: true });
});

const addPipeline = () => addRunningPipeline(platform.db, project);

interface Left {
  readonly name: string;
  readonly path?: string;
  readonly kind?: "file" | "directory";
  readonly content?: string | Buffer | Readable;
  readonly expires?: number | null;
}

/** Saves what a step left. */
async function save(
  { pipelineId, stepId }: { pipelineId: string; stepId: string },
  { name, path = "out.txt", kind = "file", content = "content", expires = null }: Left,
  holds?: () => Promise<boolean>,
) {
  const open = () => (content instanceof Readable ? content : Readable.from([Buffer.from(content)]));
  const definition = { name, path, expires_seconds: expires };
  const saved = { pipelineId, stepId, definition, output: { path, kind, open } };
  await artifacts.save(platform.db, { ...saved, ...(holds && { holds }) });
}

const get = (path: string, init: RequestInit = {}) =>
  fetch(`${server.url}/api/projects/${project}/pipelines/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });

interface Listed {
  readonly id: string;
  readonly name: string;
}
async function list(pipelineId: string, query = ""): Promise<readonly Listed[]> {
  const answer: readonly Listed[] = JSON.parse(await (await get(`${pipelineId}/artifacts${query}`)).text());
  return answer;
}

async function download(pipelineId: string, name: string, init?: RequestInit): Promise<Response> {
  const id = (await list(pipelineId)).find((one) => one.name === name)?.id ?? randomUUID();
  return await get(`${pipelineId}/artifacts/${id}/download`, init);
}

/** The files that are kept for a pipeline. */
const files = async (pipelineId: string) => await readdir(join(directory, "artifacts", pipelineId)).catch(() => []);

describe("an artifact", () => {
  test("is listed and downloaded, as a whole or in parts, and is its owner's alone", async () => {
    const pipeline = await addPipeline();
    await save(pipeline, { name: "report", path: "out/report.html", content: "0123456789", expires: 3600 });
    await save(pipeline, { name: "site", path: "public", kind: "directory", content: Buffer.alloc(1024) });
    const [report, site, ...more] = await list(pipeline.pipelineId);
    expect(more).toEqual([]);
    expect(report).toEqual({
      id: expect.any(String),
      name: "report",
      path: "out/report.html",
      content_type: "text/html; charset=utf-8",
      size_bytes: 10,
      expires_at: expect.any(String),
      created_at: expect.any(String),
      step_name: "build",
    });
    expect(site).toMatchObject({ name: "site", content_type: "application/x-tar", size_bytes: 1024, expires_at: null });
    const whole = await download(pipeline.pipelineId, "report");
    expect([whole.status, await whole.text()]).toEqual([200, "0123456789"]);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-disposition": 'attachment; filename="report.html"',
      "content-length": "10",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
    });
    const part = await download(pipeline.pipelineId, "report", { headers: { range: "bytes=7-" } });
    expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([206, "789", "bytes 7-9/10"]);
    expect((await download(pipeline.pipelineId, "report", { headers: { range: "bytes=10-" } })).status).toBe(416);
    const [file = ""] = await files(pipeline.pipelineId);
    const path = join(directory, "artifacts", pipeline.pipelineId);
    expect([(await stat(join(path, file))).mode & 0o777, (await stat(path)).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test("without a byte is one too", async () => {
    const pipeline = await addPipeline();
    await save(pipeline, { name: "empty", content: "" });
    const answer = await download(pipeline.pipelineId, "empty");
    expect([answer.status, answer.headers.get("content-length"), await answer.text()]).toEqual([200, "0", ""]);
  });

  test("comes in pages, the oldest first", async () => {
    const pipeline = await addPipeline();
    for (const name of ["c", "a", "b"]) await save(pipeline, { name });
    const names = async (query: string) => (await list(pipeline.pipelineId, query)).map(({ name }) => name);
    expect(await names("")).toEqual(["c", "a", "b"]);
    expect(await names("?limit=2")).toEqual(["c", "a"]);
    expect(await names("?limit=2&offset=2")).toEqual(["b"]);
  });

  test("of the same name takes the place of the one before, also when two are kept at once", async () => {
    const pipeline = await addPipeline();
    const other = {
      ...pipeline,
      stepId: await addRunningStep(platform.db, {
        projectId: project,
        pipelineId: pipeline.pipelineId,
        name: "test",
        order: 1,
      }),
    };
    await save(pipeline, { name: "report", content: "first" });
    await Promise.all([
      save(pipeline, { name: "report", content: "again" }),
      save(other, { name: "report", content: "again" }),
    ]);
    expect(await list(pipeline.pipelineId)).toHaveLength(1);
    expect(await (await download(pipeline.pipelineId, "report")).text()).toBe("again");
    expect(await files(pipeline.pipelineId)).toHaveLength(1);
  });

  test("that is too large, breaks off, or comes from a step that is somebody else's by now leaves nothing", async () => {
    const pipeline = await addPipeline();
    let given = 0;
    const endless = Readable.from(
      (async function* () {
        for (;;) {
          given += 65_536;
          yield Buffer.alloc(65_536);
        }
      })(),
    );
    await expect(save(pipeline, { name: "large", content: endless })).rejects.toThrow(
      "it is larger than 1000000 bytes",
    );
    expect(endless.destroyed).toBe(true);
    expect(given).toBeLessThan(3_000_000);
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(10);
        throw new Error("the file changed");
      })(),
    );
    await expect(save(pipeline, { name: "broken", content: broken })).rejects.toThrow("the file changed");
    await save(pipeline, { name: "lost" }, async () => false);
    expect([await list(pipeline.pipelineId), await files(pipeline.pipelineId)]).toEqual([[], []]);
  });

  test.each([
    [{ name: "../../etc/passwd", path: "x" }, "etcpasswd"],
    [{ name: 'a"; filename="evil.sh', path: "x.txt" }, "afilenameevil.sh.txt"],
    [{ name: "..", path: "x" }, "download"],
    [{ name: "日本", path: "日本/ü.zip" }, "download.zip"],
    [{ name: "a\r\nset-cookie: x=y", path: "a.\u202e" }, "aset-cookiexy"],
    [{ name: `${"n".repeat(300)}`, path: `x.${"y".repeat(300)}` }, `${"n".repeat(100)}.${"y".repeat(19)}`],
    [{ name: "REPORT.HTML", path: "out/report.html" }, "REPORT.HTML"],
    [{ name: ".env", path: "dist", kind: "directory" }, "env.tar"],
  ] as const)("is saved under a name that can do no harm: %j", async (left, fileName) => {
    const pipeline = await addPipeline();
    await save(pipeline, left);
    const answer = await download(pipeline.pipelineId, left.name);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${fileName}"`);
    expect(await answer.text()).toBe("content");
  });

  test("is not found in another project's or pipeline's place, nor where its bytes are gone", async () => {
    const [pipeline, other] = [await addPipeline(), await addPipeline()];
    await save(pipeline, { name: "report" });
    const [{ id } = { id: "" }] = await list(pipeline.pipelineId);
    const elsewhere = await platform.addProject("admin", "elsewhere");
    const ask = async (projectId: string, pipelineId: string, rest: string) => {
      const url = `${server.url}/api/projects/${projectId}/pipelines/${pipelineId}/artifacts${rest}`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return [answer.status, await answer.json()];
    };
    expect(await ask(project, other.pipelineId, `/${id}/download`)).toMatchObject([404, { error: "artifact" }]);
    expect(await ask(elsewhere, pipeline.pipelineId, `/${id}/download`)).toMatchObject([404, { error: "pipeline" }]);
    expect(await ask(elsewhere, pipeline.pipelineId, "")).toMatchObject([404, { error: "pipeline" }]);
    expect(await ask(project, randomUUID(), "")).toMatchObject([404, { error: "pipeline" }]);
    await rm(join(directory, "artifacts", pipeline.pipelineId), { recursive: true });
    expect(await ask(project, pipeline.pipelineId, `/${id}/download`)).toMatchObject([404, { error: "artifact" }]);
  });
});

test("what earlier steps left is there for later ones, in the order of the steps, unless it has expired", async () => {
  const pipeline = await addPipeline();
  const { pipelineId } = pipeline;
  const test_ = {
    pipelineId,
    stepId: await addRunningStep(platform.db, { projectId: project, pipelineId, name: "test", order: 1 }),
  };
  await save(test_, { name: "a-results", path: "results", kind: "directory", content: "tar" });
  await save(pipeline, { name: "z-binary", path: "bin/app", content: "binary" });
  await save(pipeline, { name: "old", path: "old", expires: 0 });
  const inputs = await artifacts.inputsFor(platform.db, pipelineId, ["build", "test", "none"]);
  expect(inputs.map(({ path, kind }) => [path, kind])).toEqual([
    ["bin/app", "file"],
    ["results", "directory"],
  ]);
  expect((await buffer(inputs[0]?.open() ?? Readable.from([]))).toString()).toBe("binary");
  expect(await artifacts.inputsFor(platform.db, pipelineId, ["test"])).toHaveLength(1);
  expect(await artifacts.inputsFor(platform.db, pipelineId, [])).toEqual([]);
  await rm(join(directory, "artifacts", pipelineId), { recursive: true });
  await expect(buffer(inputs[0]?.open() ?? Readable.from([]))).rejects.toThrow("not kept any more");
});

describe("sweeping", () => {
  test("removes what has expired, once, whoever else sweeps, and not what is being read", async () => {
    const pipeline = await addPipeline();
    await save(pipeline, { name: "kept", expires: 3600 });
    await save(pipeline, { name: "expired", expires: 3600, content: Buffer.alloc(900_000) });
    const reading = await blobs.open(
      (
        await platform.db
          .updateTable("artifacts")
          .set({ expires_at: sql<string>`now()` })
          .where("pipeline_id", "=", pipeline.pipelineId)
          .where("name", "=", "expired")
          .returning("store_key")
          .executeTakeFirstOrThrow()
      ).store_key,
    );
    expect((await list(pipeline.pipelineId)).map(({ name }) => name)).toEqual(["kept"]);
    const options = { db: platform.db, blobs };
    const removed = await Promise.all([removeExpired(options), removeExpired(options), removeExpired(options)]);
    expect(removed.reduce((sum, number) => sum + number)).toBeGreaterThanOrEqual(1);
    expect(await files(pipeline.pipelineId)).toHaveLength(1);
    expect(await buffer(reading ?? Readable.from([]))).toHaveLength(900_000);
  });

  test("removes blobs that nothing names when they are old, and leaves those of pipelines that it does not know", async () => {
    const pipeline = await addPipeline();
    await save(pipeline, { name: "kept" });
    const [kept] = await files(pipeline.pipelineId);
    const unknown = randomUUID();
    const keys = [
      `${pipeline.pipelineId}/${randomUUID()}`,
      `${pipeline.pipelineId}/${randomUUID()}`,
      `${unknown}/${randomUUID()}`,
    ];
    for (const key of keys) await blobs.put(key, Readable.from([Buffer.from("x")]), 10);
    const partial = `.${randomUUID()}.${randomUUID()}.partial`;
    await writeFile(join(directory, "artifacts", pipeline.pipelineId, partial), "x");
    await writeFile(join(directory, "artifacts", "stray"), "x");
    const old = Date.now() / 1000 - 7200;
    const [, young = ""] = keys;
    for (const name of [
      ...keys.filter((key) => key !== young),
      `${pipeline.pipelineId}/${kept}`,
      `${pipeline.pipelineId}/${partial}`,
    ]) {
      await utimes(join(directory, "artifacts", name), old, old);
    }
    expect(await removeOrphans({ db: platform.db, blobs })).toBe(2);
    expect((await files(pipeline.pipelineId)).sort()).toEqual([kept, young.split("/")[1]].sort());
    expect(await files(unknown)).toHaveLength(1);
  });

  test("removes what projects left that were deleted long ago", async () => {
    const deleted = await platform.addProject("admin", "deleted");
    const pipeline = await addRunningPipeline(platform.db, deleted);
    await save(pipeline, { name: "kept" });
    const options = { db: platform.db, blobs };
    const remove = (days: number) =>
      sql`update projects set is_active = false, deleted_at = now() - make_interval(days => ${days}) where id = ${deleted}`.execute(
        platform.db,
      );
    await remove(13);
    await removeExpired(options);
    expect(await files(pipeline.pipelineId)).toHaveLength(1);
    await remove(15);
    await removeExpired(options);
    expect(await files(pipeline.pipelineId)).toEqual([]);
  });
});

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../db/embedded/until.ts";
import { processesIn } from "../marked-processes.ts";
import { type Files, type LocalWorkloadsScene, openLocalWorkloads, webFiles } from "./testing/local-workloads.ts";

/** Does what its path says: ends, answers late or with an error, shows what it has been given and sees. */
const obedient = `async (request, response) => {
  const fs = require("node:fs");
  if (request.url === "/die") { console.log("as I was told"); process.exit(3); }
  if (request.url === "/break") globalThis.isBroken = true;
  while (request.url.startsWith("/until?") && !fs.existsSync(decodeURIComponent(request.url.slice(7)))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (request.url === "/env") return response.end(JSON.stringify(process.env));
  if (request.url.startsWith("/list?")) return response.end(fs.readdirSync(decodeURIComponent(request.url.slice(6))).join());
  response.statusCode = globalThis.isBroken ? 500 : 200;
  response.end("VERSION");
}`;
const obedientFiles = (version: string) => webFiles(version, obedient.replace("VERSION", version));

/** The same, but for a command before the one that serves. */
const withFirst = (command: string, files: Files): Files => ({
  ...files,
  Procfile: `${files.Procfile?.replace("web:", `web: ${command};`)}`,
});

const crashing = { Procfile: "web: echo starts; echo at $PORT; echo cannot >&2; exit 7" };

let count = 0;
/** Names that no other test uses. */
const fresh = () => {
  const number = String(++count).padStart(12, "0");
  return { workloadId: `00000000-0000-4000-8000-${number}`, label: `w${count}` };
};

describe.each([
  ["in namespaces where they are possible", true],
  ["without namespaces", false],
])("a workload %s", (_, useNamespaces) => {
  let scene: LocalWorkloadsScene;
  beforeAll(async () => {
    scene = await openLocalWorkloads({ useNamespaces });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    expect(await processesIn(scene.dataDirectory)).toEqual([]);
  });

  test("answers at its URL, and nothing of it is left when it is removed", async () => {
    const plan = await scene.run(webFiles("first"), fresh());
    const rooms = await scene.rooms();
    expect(await scene.get(plan)).toMatchObject({ status: 200, body: "first" });
    expect(await scene.log(plan)).toBe("");
    expect(await until(() => scene.workloads.remove(plan), 20_000)).toBe(true);
    expect(await scene.get(plan)).toMatchObject({ status: 404 });
    expect((await scene.rooms()).length).toBe(rooms.length - 1);
    expect(await scene.workloads.observe(plan)).toMatchObject({ status: "absent" });
  });

  test("has its own environment, its commit's files and nothing of git", async () => {
    const given = { environment: { PLATFORM_ENVIRONMENT: "preview" }, secrets: { KEY: "it's $HOME" } };
    const plan = await scene.run(obedientFiles("v"), { ...fresh(), ...given });
    const { HOME, PORT, TMPDIR, PWD, PATH, LANG, LC_ALL, SHLVL, OLDPWD, _, ...rest } = JSON.parse(
      (await scene.get(plan, "/env")).body,
    );
    expect(rest).toEqual({ HOST: "127.0.0.1", PLATFORM_ENVIRONMENT: "preview", KEY: "it's $HOME" });
    expect(Number(PORT)).toBeGreaterThan(1024);
    expect((await scene.get(plan, "/list?.")).body).toBe("Procfile,server.cjs");
  });

  test("sees nothing of the platform's data where it is in namespaces, and no room of another", async ({ skip }) => {
    if (!scene.isIsolated) skip("it is not in namespaces");
    const other = await scene.run(webFiles("other"), fresh());
    const plan = await scene.run(obedientFiles("v"), fresh());
    const list = async (path: string) => (await scene.get(plan, `/list?${encodeURIComponent(path)}`)).body;
    expect(await list(scene.dataDirectory)).toBe("steps");
    const rooms = join(scene.dataDirectory, "steps");
    expect(await list(join(rooms, await list(rooms)))).toMatch(/^\d+$/);
    // Its own, and what runs it.
    expect((await list("/proc")).split(",").filter((name) => /^\d+$/.test(name)).length).toBeLessThan(10);
    expect(await scene.get(other)).toMatchObject({ body: "other" });
  });

  test("has limits where the system has them", async () => {
    const plan = await scene.run(withFirst("echo $(ulimit -d) $(ulimit -c)", webFiles("v")), fresh());
    expect(await scene.log(plan)).toMatch(/^(4194304|unlimited) 0\n$/);
    if (process.platform === "linux") expect(await scene.log(plan)).toBe("4194304 0\n");
  });
});

describe("a workload", () => {
  const told: string[] = [];
  let scene: LocalWorkloadsScene;
  beforeAll(async () => {
    scene = await openLocalWorkloads();
    scene.workloads.watch((id) => told.push(id));
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    expect(await processesIn(scene.dataDirectory)).toEqual([]);
  });

  test("is replaced when its successor is ready, and what was under way then ends as it would have", async () => {
    const names = fresh();
    const first = await scene.run(obedientFiles("first"), names);
    const end = scene.file();
    const slow = scene.get(first, `/until?${encodeURIComponent(end)}`);
    const go = scene.file();
    const environment = { WAIT_FOR: go };
    const second = scene.plan(scene.commit(obedientFiles("second")), { ...names, generation: 2, environment });
    await scene.apply(second);
    expect(await scene.workloads.observe(second)).toMatchObject({ status: "progressing" });
    expect(await scene.workloads.observe(first)).toMatchObject({ status: "ready" });
    expect(await scene.get(second)).toMatchObject({ status: 200, body: "first" });
    await writeFile(go, "");
    await scene.reach(second, "ready");
    expect(await scene.get(second)).toMatchObject({ status: 200, body: "second" });
    expect(await scene.workloads.observe(first)).toMatchObject({ status: "absent" });
    await writeFile(end, "");
    expect(await slow).toMatchObject({ status: 200, body: "first" });
  });

  test("whose successor cannot run goes on, and that says why", async () => {
    const names = fresh();
    const first = await scene.run(webFiles("first"), names);
    const second = scene.plan(scene.commit(crashing), { ...names, generation: 2 });
    await scene.apply(second);
    const { reason, message } = await scene.reach(second, "failing");
    expect(reason).toBe("crash_loop");
    expect(message).toMatch(
      /^Its process ended with exit code 7\. The last lines of its log:\nstarts\nat \d+\ncannot\n$/,
    );
    expect(await scene.get(first)).toMatchObject({ status: 200, body: "first" });
    expect(await scene.log(second)).toMatch(/^starts\nat \d+\ncannot\n$/);
    expect(await scene.log(second, true)).toMatch(/^starts\nat \d+\ncannot\n$/);
    expect(await scene.log(second, true)).not.toBe(await scene.log(second));
    // Another attempt, and then another commit.
    await scene.apply(second);
    expect(await scene.workloads.observe(second)).toMatchObject({ status: "progressing" });
    await scene.run(webFiles("third"), { ...names, generation: 3 });
    expect(await scene.get(first)).toMatchObject({ body: "third" });
  });

  test("that ends is said to be broken, and is started again", async () => {
    const names = fresh();
    const go = scene.file();
    await writeFile(go, "");
    const plan = await scene.run(obedientFiles("v"), { ...names, environment: { WAIT_FOR: go } });
    await rm(go);
    told.length = 0;
    await scene.get(plan, "/die").catch(() => {});
    const { reason, message } = await scene.reach(plan, "failing");
    expect(reason).toBe("crash_loop");
    expect(message).toMatch("ended with exit code 3. The last lines of its log:\nas I was told\n");
    expect(told).toContain(names.workloadId);
    expect(await scene.get(plan)).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    await writeFile(go, "");
    await scene.reach(plan, "ready");
    expect(await scene.get(plan)).toMatchObject({ status: 200, body: "v" });
    expect(await scene.log(plan, true)).toBe("as I was told\n");
  });

  test("that answers no more as it should is said to be broken, and is replaced by another attempt", async () => {
    const plan = await scene.run(obedientFiles("v"), fresh());
    await scene.get(plan, "/break");
    const { reason, message } = await scene.reach(plan, "failing");
    expect([reason, message]).toEqual(["not_ready", "It does not answer any more: it answers with the status 500"]);
    await scene.apply(plan);
    await scene.reach(plan, "ready");
    expect(await scene.get(plan)).toMatchObject({ status: 200 });
  });

  test("is stopped, keeps its log, and can be applied again", async () => {
    const plan = await scene.run(withFirst("echo at work", webFiles("v")), fresh());
    expect(await until(() => scene.workloads.stop(plan), 20_000)).toBe(true);
    expect(await scene.workloads.observe(plan)).toMatchObject({ status: "absent" });
    expect(await scene.get(plan)).toMatchObject({ status: 503 });
    expect(await scene.log(plan)).toBe("at work\n");
    await scene.apply(plan);
    await scene.reach(plan, "ready");
    expect(await scene.get(plan)).toMatchObject({ status: 200 });
  });

  test("whose start is given up, or that something else replaces meanwhile, leaves nothing", async () => {
    await using scene = await openLocalWorkloads();
    const names = fresh();
    const commit = scene.commit(webFiles("v"));
    const never = scene.plan(commit, { ...names, environment: { WAIT_FOR: scene.file() } });
    const giveUp = new AbortController();
    const reason = new Error("not any more");
    const applied = scene.workloads.apply(never, giveUp.signal);
    giveUp.abort(reason);
    await expect(applied).rejects.toBe(reason);
    expect(await scene.rooms()).toEqual([]);
    await scene.apply(never);
    const plan = await scene.run(webFiles("w"), { ...names, generation: 2 });
    expect(await until(async () => (await scene.rooms()).length === 1, 10_000)).toBe(true);
    expect(await scene.get(plan)).toMatchObject({ body: "w" });
  });
});

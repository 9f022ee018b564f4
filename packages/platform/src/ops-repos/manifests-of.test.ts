import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPlatformConfig } from "../config.ts";
import { type FetchServer, fetchServer } from "../git/testing/fetch-server.ts";
import { SampleRepository } from "../git/testing/sample-repository.ts";
import { parseAllowList } from "../outbound/allow-list.ts";
import { Outbound } from "../outbound/outbound.ts";
import { WorkloadError } from "../runtime/workload.ts";
import { openStore, type Store } from "../store.ts";
import { prepareData } from "../testing/prepared-data.ts";
import { createWorkload } from "../workloads/create-workload.ts";
import { manifestsOf, type WantedManifests } from "./manifests-of.ts";
import type { OpsRepoServices } from "./ops-repo-services.ts";
import { findOpsRepo } from "./queries.ts";
import { usualLimits } from "./sync/fetch-commit.ts";
import { Snapshots } from "./sync/snapshots.ts";
import { claimDue } from "./sync/start-syncing.ts";
import { syncOpsRepo } from "./sync/sync-ops-repo.ts";
import { addOpsRepo } from "./testing/add-ops-repo.ts";
import { hostileManifests, pod } from "./testing/hostile-manifests.ts";
import { soundTemplate } from "./testing/sound-template.ts";

let directory: string;
let store: Store;
let sample: SampleRepository;
let server: FetchServer;
let services: OpsRepoServices;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "manifests-"));
  await prepareData(directory);
  const logger = pino({ level: "silent" });
  store = await openStore(readPlatformConfig({ PLATFORM_DATA: directory }), { mode: "owner", logger });
  sample = new SampleRepository();
  server = await fetchServer(sample);
  services = {
    ...{ db: store.db, repositories: store.repositories, logger, limits: usualLimits, appsDomain: "example.com" },
    outbound: new Outbound({ allow: parseAllowList("127.0.0.1") }),
    snapshots: new Snapshots(directory),
  };
});
afterAll(async () => {
  await store.close();
  await server[Symbol.asyncDispose]();
  sample.remove();
  await rm(directory, { recursive: true, force: true });
});

let count = 0;
async function wanted(more: Partial<WantedManifests> = {}): Promise<WantedManifests> {
  const repo_url = `http://127.0.0.1:${server.port}/ops.git`;
  return {
    ...{ opsRepoId: await addOpsRepo(store.db, `ops-${++count}`, { repo_url }), manifestPath: null },
    ...{ name: { label: "production", projectLabel: "shop" }, imageRef: "app:1", projectName: "shop" },
    ...{ environment: "production", values: { replicas: 2, greeting: "hello" } },
    ...more,
  };
}

async function refusal(given: WantedManifests): Promise<WorkloadError> {
  const error: unknown = await manifestsOf(services, given).catch((reason: unknown) => reason);
  if (error instanceof WorkloadError) return error;
  throw error;
}

test("what was never fetched is fetched, what was is read without asking, and what is gone is fetched again", async () => {
  const sha = sample.commit({ files: { "deploy.yaml": soundTemplate } });
  const given = await wanted();
  const found = await manifestsOf(services, given);
  expect(found.sha).toBe(sha);
  expect(found.manifests.map(({ kind }) => kind)).toContain("Ingress");
  expect(found.manifests).toContainEqual(
    expect.objectContaining({ kind: "Ingress", spec: expect.objectContaining({ rules: expect.any(Array) }) }),
  );
  expect(JSON.stringify(found.manifests)).toContain('"host":"production.shop.example.com"');
  expect(await findOpsRepo(store.db, given.opsRepoId)).toMatchObject({ current_sha: sha, sync_error: null });
  const asked = server.requests.length;
  expect(await manifestsOf(services, given)).toEqual(found);
  expect(server.requests.length).toBe(asked);
  await services.snapshots.sweep(new Map());
  expect(await manifestsOf(services, given)).toEqual(found);
  expect(server.requests.length).toBeGreaterThan(asked);
});

test("what cannot be fetched is tried again, and noted", async () => {
  const given = await wanted({ opsRepoId: await addOpsRepo(store.db, "nowhere", { repo_url: "http://10.0.0.1/x" }) });
  const error = await refusal(given);
  expect([error.reason, error.isFinal]).toEqual(["ops_repo", false]);
  expect(error.message).toMatch(/^the ops repo nowhere cannot be fetched: 10\.0\.0\.1 is inside/);
  expect((await findOpsRepo(store.db, given.opsRepoId))?.sync_error).toMatch(/inside/);
});

describe("what leads out of the repository is refused by name:", () => {
  beforeAll(() => {
    sample.commit({
      files: {
        "deploy.yaml": { link: "/etc/passwd" },
        linked: { link: "apps" },
        "apps/deploy.yaml": pod(""),
        "apps/up.yaml": { link: "../../../../etc/shadow" },
        "apps/[a]*.yaml": pod(""),
        sub: { submodule: "a".repeat(40) },
        "latin.yaml": Buffer.from("a: \xe9\n", "latin1"),
        "large.yaml": "#".repeat(300_000),
      },
    });
  });

  test.each([
    [null, /deploy\.yaml, line 1: 'deploy\.yaml' is a symbolic link/],
    ["linked/deploy.yaml", /line 1: 'linked' is a symbolic link/],
    ["apps/up.yaml", /'apps\/up\.yaml' is a symbolic link/],
    ["sub", /'sub' is a submodule/],
    ["sub/deploy.yaml", /'sub' is a submodule/],
    ["apps", /'apps' is a directory: name a file/],
    ["apps/deploy.yaml/x", /'apps\/deploy\.yaml' is a file, no directory/],
    ["nothing.yaml", /'nothing\.yaml' is not in commit [0-9a-f]{12}/],
    ["apps/*.yaml", /'apps\/\*\.yaml' is not in commit/],
    [":(glob)apps/*", /is not in commit/],
    ["../../etc/passwd", /is not a valid path/],
    ["apps/../../x", /is not a valid path/],
    ["a\0b", /is not a valid path/],
    ["a\nb", /is not in commit/],
    ["--help", /is not in commit/],
    ["a/".repeat(40), /is more than 32 directories deep/],
    ["latin.yaml", /latin\.yaml, line 1: the file is not UTF-8/],
    ["large.yaml", /line 1: the file is larger than 256 KiB/],
  ])("%j", async (manifestPath, message) => {
    const error = await refusal(await wanted({ manifestPath }));
    expect([error.reason, error.isFinal]).toEqual(["invalid_manifest", true]);
    expect(error.message).toMatch(message);
  });

  test("a path with dots and slashes is the file that it names", async () => {
    for (const manifestPath of ["./apps//deploy.yaml", "/apps/deploy.yaml", "apps/[a]*.yaml"]) {
      const { manifests } = await manifestsOf(services, await wanted({ manifestPath }));
      expect(manifests).toHaveLength(1);
    }
  });
});

test("each refusal names the repository, the commit, the file, the line and the rule", async () => {
  const [, template] = hostileManifests.containers[0] ?? ["", ""];
  const sha = sample.commit({ files: { "prod.yaml": template } });
  const given = await wanted({ manifestPath: "prod.yaml" });
  const { message, isFinal } = await refusal(given);
  const { name = "" } = (await findOpsRepo(store.db, given.opsRepoId)) ?? {};
  expect(isFinal).toBe(true);
  expect(message.split("\n")).toEqual([
    `the manifests in the ops repo ${name} at ${sha.slice(0, 12)} cannot be used:`,
    "prod.yaml, line 14: Deployment 'web': spec.template.spec.containers[0].securityContext.privileged must be false: " +
      "a privileged container has the node's own rights",
  ]);
});

test("those that have waited for an ops repo which could not be fetched are tried again at once when it can", async () => {
  sample.commit({ files: { "deploy.yaml": pod("") } });
  const { opsRepoId } = await wanted();
  const { id: owner_id } = await store.db.selectFrom("users").select("id").executeTakeFirstOrThrow();
  const project = { owner_id, name: "waiting" };
  const { id } = await store.db.insertInto("projects").values(project).returning("id").executeTakeFirstOrThrow();
  const add = (environment: "staging" | "production") =>
    store.db.transaction().execute(async (db) => {
      const place = { environment };
      const workload = { projectId: id, place, image_ref: "app:1", created_by: null, ops_repo_id: opsRepoId };
      return (await createWorkload(db, workload)).workload.id;
    });
  const [waiting, other] = [await add("production"), await add("staging")];
  await store.db.updateTable("workloads").set({ reason: "ops_repo" }).where("id", "=", waiting).execute();
  const row = await findOpsRepo(store.db, opsRepoId);
  if (row === undefined) throw new Error("there is no such ops repo");
  await syncOpsRepo(services, row);
  const rows = await store.db
    .selectFrom("workloads")
    .where("project_id", "=", id)
    .select(["id", "generation"])
    .execute();
  expect(new Map(rows.map((each) => [each.id, each.generation]))).toEqual(
    new Map([
      [waiting, 2],
      [other, 1],
    ]),
  );
});

test("of several platforms one fetches what is due", async () => {
  const due = await addOpsRepo(store.db, "due");
  await store.db
    .updateTable("ops_repos")
    .set({ sync_at: new Date(0).toISOString() })
    .where("id", "=", due)
    .execute();
  const taken = await Promise.all(Array.from({ length: 8 }, () => claimDue(store.db)));
  expect(taken.flatMap((row) => row?.id ?? [])).toEqual([due]);
  expect(await claimDue(store.db)).toBeUndefined();
});

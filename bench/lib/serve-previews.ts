/**
 * A program: a platform with so many healthy previews as its first argument says, whose web process is one that listens
 * on the port of the second argument: what is measured is the platform, and not what it runs. With `cluster` as the
 * third, the previews belong to nobody's process. Prints the address of its database once all are healthy; closes when
 * its stdin ends.
 */
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createLogger, type Platform, readPlatformConfig, startPlatform, type Workloads } from "@platform-mcp/platform";
import { wantPreview } from "@platform-mcp/platform/testing/want-preview";

const [count = "", port = "", kind] = process.argv.slice(2);
const commit = "a".repeat(40);

/** Any status is an answer, as for the platform's own look at a web process. */
async function answers(): Promise<boolean> {
  const [response] = await once(request({ host: "127.0.0.1", port, agent: false }).end(), "response");
  response.destroy();
  return response.statusCode < 500;
}

function answeringWorkloads(): Workloads {
  const applied = new Map<string, number>();
  const state = { reason: null, message: null, url: "http://preview.test/" };
  const end = async ({ workloadId }: { readonly workloadId: string }) => applied.delete(workloadId) || true;
  return {
    isOwn: kind !== "cluster",
    runsCommits: true,
    apply: async ({ workloadId, generation }) => void applied.set(workloadId, generation),
    observe: async ({ workloadId, generation }) => {
      if (applied.get(workloadId) !== generation) return { ...state, status: "absent" };
      return { ...state, status: (await answers()) ? "ready" : "failing" };
    },
    remove: end,
    stop: end,
    logs: async () => "",
    watch: () => {},
    removeOrphans: async () => {},
    close: async () => {},
  };
}

async function addPreviews({ db }: Platform): Promise<void> {
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const project = { owner_id: admin.id, name: "bench" };
  const { id: projectId } = await db.insertInto("projects").values(project).returning("id").executeTakeFirstOrThrow();
  for (let added = 0; added < Number(count); added++) {
    const branch = `branch-${added}`;
    await db.transaction().execute(async (transaction) => {
      const ref = { project_id: projectId, ref: `refs/heads/${branch}`, sha: commit };
      await transaction.insertInto("recorded_refs").values(ref).execute();
      await wantPreview(transaction, { projectId, branch }, { image_ref: `git:${commit}` });
    });
  }
}

async function healthyPreviews({ db }: Platform): Promise<number> {
  const rows = await db.selectFrom("workloads").where("current_status", "=", "healthy").select("id").execute();
  return rows.length;
}

const config = readPlatformConfig(process.env);
const platform = await startPlatform(config, createLogger("error", 2), { workloads: answeringWorkloads() });
await addPreviews(platform);
while ((await healthyPreviews(platform)) < Number(count)) await delay(100);
process.stdout.write("ready\n");
process.stdin.resume();
await once(process.stdin, "end");
await platform.close();

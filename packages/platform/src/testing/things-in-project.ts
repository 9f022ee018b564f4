import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { Readable } from "node:stream";
import type { Queryable } from "../db/queryable.ts";
import { plainGit } from "../git/testing/plain-git.ts";
import { SampleRepository } from "../git/testing/sample-repository.ts";
import { addAlertRule } from "../observe/alerts/testing/add-alert-rule.ts";
import { fileBlobsIn } from "../pipelines/artifacts/file-blobs.ts";
import { agentLogRef, logRef } from "../pipelines/logs/log-ref.ts";
import { logStoreIn } from "../pipelines/logs/log-store.ts";
import { nextNumber } from "../projects/next-number.ts";
import { addRunningSession } from "../sessions/testing/add-session.ts";
import { addDeployment } from "../workloads/testing/add-deployment.ts";
import { addPreview } from "../workloads/testing/add-preview.ts";
import type { TestPlatform } from "./test-platform.ts";

/** A pipeline that has failed, with what its step left. */
export interface MadePipeline {
  readonly pipeline_id: string;
  readonly step_id: string;
  readonly artifact_id: string;
}

/** What requests name in a project, by the ids and numbers that they use. */
export interface Things {
  readonly pipeline: MadePipeline;
  readonly otherPipeline: MadePipeline;
  readonly issue: Discussed;
  readonly mergeRequest: Discussed;
  readonly secret: string;
  readonly session_id: string;
  readonly webhook_id: string;
  readonly alert_id: string;
  /** The slug of a branch's preview. Beside it, there is a deployment to production. */
  readonly preview: string;
}

/** An issue or a merge request, with a comment on it. */
export interface Discussed {
  readonly id: string;
  readonly number: number;
  readonly comment_id: string;
}

/** For where there is no project: ids of nothing. */
export const nothings: Things = {
  pipeline: { pipeline_id: randomUUID(), step_id: randomUUID(), artifact_id: randomUUID() },
  otherPipeline: { pipeline_id: randomUUID(), step_id: randomUUID(), artifact_id: randomUUID() },
  issue: { id: randomUUID(), number: 1, comment_id: randomUUID() },
  mergeRequest: { id: randomUUID(), number: 1, comment_id: randomUUID() },
  secret: "NOTHING",
  session_id: randomUUID(),
  webhook_id: randomUUID(),
  alert_id: randomUUID(),
  preview: "nothing",
};

/** Every step of it is skipped by its condition, so that a retry starts nothing. */
const definition = {
  steps: [
    {
      name: "only",
      image: "none",
      commands: [],
      environment: {},
      depends_on: [],
      timeout_minutes: 1,
      when: { status: "success", branches: ["of-nothing"], triggers: [] },
    },
  ],
  artifacts: [],
  on: { push: { branches: ["of-nothing"] }, mr: null },
  concurrency: null,
};

/** The same as a file in a repository. */
const definitionFile =
  "pipeline: { on: { push: { branches: [of-nothing] } }, steps: [{ name: only, image: none, when: { branches: [of-nothing] } }] }\n";

/** Gives a repository the branch `main` with a definition, and `next`, which goes on from there. */
export function pushBranches(repositoryPath: string): void {
  const sample = new SampleRepository();
  try {
    const base = sample.commit({ files: { ".platform.yaml": definitionFile } });
    sample.commit({ branch: "next", parents: [base], files: { ".platform.yaml": definitionFile, "a.txt": "a\n" } });
    plainGit(sample.path, "push", "--quiet", repositoryPath, "main", "next");
  } finally {
    sample.remove();
  }
}

/** Puts one of everything into a project, by this author. */
export async function addThings(
  platform: TestPlatform,
  project: { readonly id: string; readonly authorId: string },
): Promise<Things> {
  const { db } = platform;
  const { id, authorId } = project;
  const secret = `SECRET_${randomUUID().replaceAll("-", "_")}`;
  await addSecret(db, id, secret);
  return {
    pipeline: await addPipeline(platform, id),
    otherPipeline: await addPipeline(platform, id),
    issue: await addIssue(db, id, authorId),
    mergeRequest: await addMergeRequest(db, { projectId: id, authorId, source: "next", target: "main" }),
    secret,
    session_id: await addSession(platform, id, authorId),
    webhook_id: await addWebhook(db, id),
    alert_id: await addAlertRule(db, id),
    preview: await addDeployed(platform, id),
  };
}

/** One that has printed something. */
export async function addSession(
  { db, dataDirectory }: TestPlatform,
  projectId: string,
  userId: string,
): Promise<string> {
  const id = await addRunningSession(db, { projectId, userId });
  const log_ref = agentLogRef(id);
  const log = await logStoreIn(dataDirectory).open(log_ref, { secrets: [], maxBytes: 1000 });
  await log.write(Buffer.from("a line\n"));
  await log.close();
  await db.updateTable("agent_sessions").set({ log_ref }).where("id", "=", id).execute();
  return id;
}

export async function addPipeline({ db, dataDirectory }: TestPlatform, projectId: string): Promise<MadePipeline> {
  const row = { project_id: projectId, trigger: "api", git_ref: "main", branch: "main", status: "failure" } as const;
  const { id: pipeline_id } = await db
    .insertInto("pipelines")
    .values({ ...row, definition: JSON.stringify(definition) })
    .returning("id")
    .executeTakeFirstOrThrow();
  const step_id = randomUUID();
  const log_ref = logRef(pipeline_id, step_id, 1);
  const log = await logStoreIn(dataDirectory).open(log_ref, { secrets: [], maxBytes: 1000 });
  await log.write(Buffer.from("a line\n"));
  await log.close();
  const step = { id: step_id, pipeline_id, project_id: projectId, step_order: 0, name: "only", image: "none" };
  await db
    .insertInto("pipeline_steps")
    .values({ ...step, status: "failure", attempt: 1, exit_code: 1, reason: "exit", log_ref })
    .execute();
  const store_key = `${pipeline_id}/${randomUUID()}`;
  await fileBlobsIn(dataDirectory).put(store_key, Readable.from(["content"]), 1000);
  const artifact = { pipeline_id, step_id, name: "report", path: "report", kind: "file", store_key } as const;
  const { id: artifact_id } = await db
    .insertInto("artifacts")
    .values({ ...artifact, size_bytes: "content".length })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { pipeline_id, step_id, artifact_id };
}

export async function addIssue(db: Queryable, projectId: string, authorId: string): Promise<Discussed> {
  const number = await nextNumber(db, projectId, "last_issue_number");
  const { id } = await db
    .insertInto("issues")
    .values({ project_id: projectId, number, author_id: authorId, title: "It fails" })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { id, number, comment_id: await addComment(db, { project_id: projectId, issue_id: id }, authorId) };
}

export interface NewMergeRequest {
  readonly projectId: string;
  readonly authorId: string;
  readonly source: string;
  readonly target: string;
}

/** Between branches that are there. */
export async function addMergeRequest(
  db: Queryable,
  { projectId, authorId, source, target }: NewMergeRequest,
): Promise<Discussed> {
  const number = await nextNumber(db, projectId, "last_merge_request_number");
  const row = { project_id: projectId, number, author_id: authorId, source_branch: source, target_branch: target };
  const { id } = await db
    .insertInto("merge_requests")
    .values({ ...row, title: "Mend it" })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { id, number, comment_id: await addComment(db, { project_id: projectId, mr_id: id }, authorId) };
}

type On = { readonly project_id: string } & ({ readonly issue_id: string } | { readonly mr_id: string });

export async function addComment(db: Queryable, on: On, authorId: string): Promise<string> {
  const { id } = await db
    .insertInto("comments")
    .values({ ...on, author_id: authorId, body: "Why?" })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** With a value that nobody can read, which is all that a request needs. */
export async function addSecret(db: Queryable, projectId: string | null, name: string): Promise<void> {
  await db
    .insertInto("secrets")
    .values({ project_id: projectId, name, scope: "all", encrypted_value: Buffer.alloc(40) })
    .execute();
}

/** One that is switched off, to an address that is nobody's. */
export async function addWebhook(db: Queryable, projectId: string): Promise<string> {
  const { id } = await db
    .insertInto("webhooks")
    .values({ project_id: projectId, url: "https://hooks.invalid", events: ["push"], active: false })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

async function addDeployed({ db, repositories }: TestPlatform, projectId: string): Promise<string> {
  await addDeployment(db, projectId, "production");
  // A slug that no other project has.
  const branch = `look-${projectId}`;
  const { path } = repositories.of(projectId);
  // A preview ends when its branch is seen not to be there.
  const isThere = existsSync(path) && plainGit(path, "for-each-ref", "refs/heads/main") !== "";
  if (isThere) plainGit(path, "update-ref", `refs/heads/${branch}`, "main");
  return (await addPreview(db, projectId, branch)).branch_slug ?? nothings.preview;
}

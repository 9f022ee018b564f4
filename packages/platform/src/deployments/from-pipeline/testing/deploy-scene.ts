import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { initRepository } from "../../../git/init-repository.ts";
import { recordRefUpdates } from "../../../git/refs/record-ref-updates.ts";
import { plainGit } from "../../../git/testing/plain-git.ts";
import { type SampleCommit, SampleRepository } from "../../../git/testing/sample-repository.ts";
import type { PipelineDefinition } from "../../../pipelines/definition/definition.ts";
import { testSettings } from "../../../settings/testing/test-settings.ts";
import type { Store } from "../../../store.ts";
import { deployNext } from "../deploy-next.ts";
import type { DeployServices } from "../deploy-services.ts";

interface NewPipeline {
  readonly branch: string | null;
  readonly sha: string;
  readonly trigger?: "push" | "api" | "mr";
  readonly deploy?: PipelineDefinition["deploy"];
  /** The image of its step. */
  readonly built?: string;
  readonly status?: "success" | "failure" | "running";
}

/** A project with a repository and pipelines, whose success deploys what it should. */
export class DeployScene implements Disposable {
  readonly projectId: string;
  readonly userId: string;
  readonly #store: Store;
  readonly #sample = new SampleRepository();
  readonly #path: string;

  private constructor(store: Store, projectId: string, userId: string) {
    this.#store = store;
    this.projectId = projectId;
    this.userId = userId;
    this.#path = store.repositories.of(projectId).path;
  }

  static async create(store: Store, name = `p-${randomUUID()}`): Promise<DeployScene> {
    const { db, repositories } = store;
    const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
    const project = { owner_id: admin.id, name };
    const { id } = await db.insertInto("projects").values(project).returning("id").executeTakeFirstOrThrow();
    await initRepository(repositories.of(id).path, "main");
    return new DeployScene(store, id, admin.id);
  }

  /** Pushes a commit to a branch, as a push over HTTP does, and gives its SHA. */
  async push(branch: string, files: SampleCommit["files"] = {}): Promise<string> {
    const sha = this.commit(branch, files);
    await this.record();
    return sha;
  }

  /** The same, before anybody has recorded it. */
  commit(branch: string, files: SampleCommit["files"] = {}): string {
    const sha = this.#sample.commit({ branch, files });
    plainGit(this.#sample.path, "push", "--quiet", "--force", this.#path, `refs/heads/${branch}`);
    return sha;
  }

  async remove(branch: string): Promise<void> {
    plainGit(this.#path, "update-ref", "-d", `refs/heads/${branch}`);
    await this.record();
  }

  async record(): Promise<void> {
    const { db, repositories } = this.#store;
    await db.transaction().execute((tx) => recordRefUpdates(tx, repositories.of(this.projectId), this.projectId));
  }

  /** Makes a pipeline that has ended, and gives its id. */
  async pipeline({ branch, sha, trigger = "push", deploy = null, built = "node", status = "success" }: NewPipeline) {
    const { db } = this.#store;
    const git_ref = branch === null ? "refs/tags/v1" : `refs/heads/${branch}`;
    const definition: PipelineDefinition = {
      ...{ steps: [], artifacts: [], on: { push: null, mr: null }, concurrency: null, deploy },
    };
    const { id } = await db
      .insertInto("pipelines")
      .values({
        ...{ project_id: this.projectId, trigger, git_ref, branch, commit_sha: sha, status },
        ...{ triggered_by: this.userId, definition: JSON.stringify(definition) },
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    const step = { pipeline_id: id, project_id: this.projectId, step_order: 0, name: "build", image: built };
    await db
      .insertInto("pipeline_steps")
      .values({ ...step, status: status === "success" ? "success" : "failure" })
      .execute();
    return id;
  }

  services(more: Partial<DeployServices> = {}): DeployServices {
    const { repositories } = this.#store;
    return { repositories, registry: "r:5000", runsCommits: true, settings: testSettings, ...more };
  }

  /** Looks at every pipeline that nobody has looked at. */
  async deploy(more: Partial<DeployServices> = {}): Promise<void> {
    while (await deployNext(this.#store.db, this.services(more), pino({ level: "silent" })));
  }

  /** What is wanted, a line for each: `<environment or slug> <image> #<generation>`, and why it ends. */
  async wanted(): Promise<readonly string[]> {
    const rows = await this.#store.db
      .selectFrom("workloads")
      .where("project_id", "=", this.projectId)
      .orderBy("label")
      .selectAll()
      .execute();
    return rows.map(({ environment, branch_slug, image_ref, generation, removal_reason }) =>
      [
        environment ?? branch_slug,
        image_ref,
        `#${generation}`,
        ...(removal_reason === null ? [] : [removal_reason]),
      ].join(" "),
    );
  }

  [Symbol.dispose](): void {
    this.#sample.remove();
  }
}

import type { pipelines, ResponseOf } from "@platform-mcp/client/contract";
import { vi } from "vitest";
import { WorkTree } from "../../git/testing/work-tree.ts";
import type { TestPlatform } from "../../testing/test-platform.ts";

type PipelineWithSteps = ResponseOf<typeof pipelines.getPipeline>;

/** Longer than any step of a test takes on a busy machine, in milliseconds. */
const PATIENCE = 25_000;

/** A project of the administrator's on a test platform, and somebody who pushes to it. */
export class PushedProject implements Disposable {
  readonly id: string;
  readonly tree: WorkTree;
  readonly #platform: TestPlatform;
  readonly #token: string;
  readonly #remote: string;

  private constructor(platform: TestPlatform, id: string, name: string, token: string, tree: WorkTree) {
    this.#platform = platform;
    this.id = id;
    this.tree = tree;
    this.#token = token;
    this.#remote = platform.url.replace("http://", `http://admin:${token}@`).concat(`/admin/${name}.git`);
  }

  static async create(platform: TestPlatform, name: string): Promise<PushedProject> {
    const token = await platform.token({ user: "admin" });
    const { body } = await platform.send("POST", "/api/projects", token, { name });
    return new PushedProject(platform, body.id, name, token, await WorkTree.create());
  }

  /** Pushes a commit to a branch and gives its SHA. */
  async pushed(branch: string): Promise<string> {
    const sha = await this.tree.commit();
    await this.tree.git("push", "--quiet", this.#remote, `HEAD:refs/heads/${branch}`);
    return sha;
  }

  /** Commits a definition, pushes it to a branch and gives the id of the pipeline that this starts. */
  async push(definition: string, branch = "main"): Promise<string> {
    const sha = await this.tree.commit(definition, ".platform.yaml");
    await this.tree.git("push", "--quiet", this.#remote, `HEAD:refs/heads/${branch}`);
    return await vi.waitFor(
      async () => {
        const { body } = await this.send("GET", `pipelines?commit_sha=${sha}`);
        if (body.total !== 1) throw new Error(`${body.total} pipelines of the pushed commit`);
        return String(body.items[0].id);
      },
      { timeout: PATIENCE },
    );
  }

  /** A request on a path below the project. */
  send(method: string, path: string, body?: unknown) {
    return this.#platform.send(method, `/api/projects/${this.id}/${path}`, this.#token, body);
  }

  async text(path: string): Promise<string> {
    return await (await this.#platform.request(`/api/projects/${this.id}/${path}`, this.#token)).text();
  }

  async pipeline(id: string): Promise<PipelineWithSteps> {
    return (await this.send("GET", `pipelines/${id}`)).body;
  }

  /** Waits until a pipeline has ended, at most so many milliseconds. */
  async ended(id: string, timeout = PATIENCE): Promise<PipelineWithSteps> {
    return await this.#when(id, ({ status }) => status !== "pending" && status !== "running", timeout);
  }

  /** Waits until a step's process has been started. */
  async started(id: string, step: string): Promise<PipelineWithSteps> {
    return await this.#when(
      id,
      ({ steps }) => steps.some(({ name, started_at }) => name === step && started_at),
      PATIENCE,
    );
  }

  async #when(id: string, isSo: (pipeline: PipelineWithSteps) => boolean, timeout: number): Promise<PipelineWithSteps> {
    return await vi.waitFor(
      async () => {
        const pipeline = await this.pipeline(id);
        if (!isSo(pipeline)) throw new Error(`the pipeline stands at ${JSON.stringify(pipeline)}`);
        return pipeline;
      },
      { timeout },
    );
  }

  [Symbol.dispose](): void {
    this.tree[Symbol.dispose]();
  }
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pipelines } from "@platform-mcp/client/contract";
import { GitUser } from "../../lib/git-user.ts";
import type { ClusterPlatform } from "./cluster-platform.ts";

type Pipeline = pipelines.Pipeline & { readonly steps: readonly pipelines.PipelineStep[] };

/** A step as `.platform.yaml` describes it. */
export interface StepDescription {
  readonly name: string;
  readonly image: string;
  readonly commands?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly timeout_minutes?: number;
}

export interface PipelineDescription {
  readonly steps: readonly StepDescription[];
  readonly artifacts?: readonly { readonly name: string; readonly path: string }[];
}

type PipelinePlatform = Pick<ClusterPlatform, "served" | "token" | "remote" | "addProject">;

/** A project whose pipelines are pushed and read. */
export class ProjectPipelines {
  readonly #platform: PipelinePlatform;
  readonly #name: string;
  readonly #id: string;

  private constructor(platform: PipelinePlatform, name: string, id: string) {
    this.#platform = platform;
    this.#name = name;
    this.#id = id;
  }

  static async in(platform: PipelinePlatform, name: string): Promise<ProjectPipelines> {
    return new ProjectPipelines(platform, name, await platform.addProject(name));
  }

  async request(method: string, path: string, body?: object): Promise<Response> {
    const { served, token } = this.#platform;
    const response = await fetch(`${served.url}/api/projects/${this.#id}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  /** Pushes a commit with this pipeline, and with the files, to a branch of its own; gives the pipeline's id. */
  async push(
    branch: string,
    pipeline: PipelineDescription,
    files: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    await using user = await GitUser.create();
    await writeFile(join(user.path, ".platform.yaml"), JSON.stringify({ pipeline }));
    for (const [path, content] of Object.entries(files)) await writeFile(join(user.path, path), content);
    await user.commit();
    await user.git("push", "--quiet", this.#platform.remote(this.#name), `HEAD:refs/heads/${branch}`);
    for (;;) {
      const found = await this.request("GET", `pipelines?git_ref=${encodeURIComponent(branch)}`);
      const { items } = pipelines.listPipelines.response.parse(await found.json());
      if (items[0] !== undefined) return items[0].id;
      await delay(100);
    }
  }

  async get(id: string): Promise<Pipeline> {
    return pipelines.pipelineWithSteps.parse(await (await this.request("GET", `pipelines/${id}`)).json());
  }

  /** The pipeline as it is when this first holds of it. */
  async until(id: string, holds: (pipeline: Pipeline) => boolean): Promise<Pipeline> {
    for (;;) {
      const pipeline = await this.get(id);
      if (holds(pipeline)) return pipeline;
      await delay(200);
    }
  }

  async ended(id: string): Promise<Pipeline> {
    return await this.until(id, ({ finished_at }) => finished_at !== null);
  }

  async log(pipeline: string, step: string): Promise<string> {
    return await (await this.request("GET", `pipelines/${pipeline}/steps/${step}/logs`)).text();
  }

  /** Resolves when a step has printed this. */
  async printed(id: string, name: string, text: string): Promise<void> {
    for (;;) {
      const step = stepOf(await this.get(id), name);
      if ((await this.log(id, step.id).catch(() => "")).includes(text)) return;
      await delay(200);
    }
  }

  /** An artifact's bytes, by its name. */
  async artifact(pipeline: string, name: string): Promise<Buffer> {
    const kept = await (await this.request("GET", `pipelines/${pipeline}/artifacts`)).json();
    const id = pipelines.listArtifacts.response.parse(kept).find((each) => each.name === name)?.id;
    const response = await this.request("GET", `pipelines/${pipeline}/artifacts/${id}/download`);
    return Buffer.from(await response.arrayBuffer());
  }
}

export function stepOf(pipeline: Pipeline, name: string): pipelines.PipelineStep {
  const step = pipeline.steps.find((each) => each.name === name);
  if (step === undefined) throw new Error(`the pipeline has no step ${name}`);
  return step;
}

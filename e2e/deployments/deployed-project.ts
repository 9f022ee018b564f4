import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { deployments, previews } from "@platform-mcp/client/contract";
import { expect, vi } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import type { PushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser } from "../lib/git-user.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";

type Deployment = deployments.Deployment;
type Preview = previews.Preview;

/** Longer than a push takes to become a URL on a busy machine, in milliseconds. */
const PATIENCE = 60_000;

/** Answers with the greeting of its commit, and with what it finds in its environment. */
const server = `
const { createServer } = require("node:http");
const greeting = require("node:fs").readFileSync("greeting.txt", "utf8");
createServer(({ url }, response) => {
  response.end(url === "/env" ? JSON.stringify(process.env) : greeting);
}).listen(process.env.PORT, "127.0.0.1", () => console.log("serving " + greeting.trim()));
`;

export const files: Readonly<Record<string, string>> = {
  Procfile: "web: exec node server.js\n",
  "server.js": server,
  ".platform.yaml": JSON.stringify({ pipeline: { steps: [{ name: "check", image: "any", commands: ["true"] }] } }),
};

/** A project that is deployed when it is pushed to, and somebody who pushes. */
export class DeployedProject implements AsyncDisposable {
  readonly id: string;
  readonly #api: ProjectSessions;
  readonly #remote: string;
  readonly #user: GitUser;
  readonly #patience: number;

  private constructor(platform: PushedPlatform, id: string, name: string, user: GitUser, patience: number) {
    this.id = id;
    this.#api = new ProjectSessions(platform, id);
    this.#remote = platform.remote(name);
    this.#user = user;
    this.#patience = patience;
  }

  /** @param patience milliseconds that something which is waited for may take */
  static async create(platform: PushedPlatform, name: string, patience = PATIENCE): Promise<DeployedProject> {
    return new DeployedProject(platform, await platform.addProject(name), name, await GitUser.create(), patience);
  }

  /** Commits files on top of what is checked out, pushes that to a branch, and gives the commit. */
  async push(branch: string, changed: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, content] of Object.entries(changed)) {
      await mkdir(dirname(join(this.#user.path, path)), { recursive: true });
      await writeFile(join(this.#user.path, path), content);
    }
    const sha = await this.#user.commit();
    await this.#user.git("push", "--quiet", this.#remote, `HEAD:refs/heads/${branch}`);
    return sha;
  }

  async removeBranch(branch: string): Promise<void> {
    await this.#user.git("push", "--quiet", this.#remote, `:refs/heads/${branch}`);
  }

  async request(method: string, path: string, body?: object): Promise<ReturnType<JSON["parse"]>> {
    return JSON.parse(await this.#api.request(method, path, body));
  }

  /** What it has printed, of `deployments/ENVIRONMENT` or `previews/SLUG`. */
  async log(place: string, query = ""): Promise<string> {
    return await this.#api.request("GET", `${place}/logs${query}`);
  }

  async production(): Promise<Deployment> {
    return await this.request("GET", "deployments/production");
  }

  async preview(slug: string): Promise<Preview> {
    return await this.request("GET", `previews/${slug}`);
  }

  async history(place: string): Promise<readonly string[]> {
    const { items } = await this.request("GET", `${place}/history`);
    return items.map(({ action, status, reason }: Record<string, string>) =>
      [action, status, ...(reason ? [reason] : [])].join(" "),
    );
  }

  /** Waits until what is asked for is healthy at a commit, and gives where it answers. */
  async healthy(ask: () => Promise<Deployment | Preview>, commit: string): Promise<string> {
    const state = await this.until(ask, { current_status: "healthy", commit_sha: commit });
    expect(state.observed_generation).toBe(state.generation);
    return state.url ?? "";
  }

  async until<State extends object>(ask: () => Promise<State>, wanted: object): Promise<State> {
    return await vi.waitFor(
      async () => {
        const state = await ask();
        expect(state, JSON.stringify(state)).toMatchObject(wanted);
        return state;
      },
      { timeout: this.#patience, interval: 100 },
    );
  }

  /** Waits until an address answers with this status. */
  async answers(address: string, status: number): Promise<void> {
    await vi.waitFor(async () => expect((await visit(address)).status).toBe(status), { timeout: this.#patience });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#user[Symbol.asyncDispose]();
  }
}

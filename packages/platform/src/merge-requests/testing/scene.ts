import { initRepository } from "../../git/init-repository.ts";
import { plainGit } from "../../git/testing/plain-git.ts";
import { type SampleCommit, SampleRepository } from "../../git/testing/sample-repository.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";

type Answer = Awaited<ReturnType<TestPlatform["send"]>>;

/** A project of the administrator's with a repository to make branches in, and somebody who works there. */
export class Scene {
  readonly #platform: TestPlatform;
  readonly #token: string;
  readonly #sample = new SampleRepository();
  readonly id: string;
  readonly name: string;
  /** The platform's bare repository. */
  readonly path: string;

  constructor(platform: TestPlatform, project: { readonly id: string; readonly name: string }, token: string) {
    this.#platform = platform;
    this.#token = token;
    this.id = project.id;
    this.name = project.name;
    this.path = platform.repositories.of(project.id).path;
  }

  /** Runs git in the platform's repository. */
  git(...args: readonly string[]): string {
    return plainGit(this.path, ...args);
  }

  /** Adds a commit to a branch, and gives its SHA. A branch that is not there yet begins at the parents, if any. */
  commit(branch: string, files: SampleCommit["files"], more: Omit<SampleCommit, "branch" | "files"> = {}): string {
    const sha = this.#sample.commit({ branch, files: files ?? {}, ...more });
    plainGit(this.#sample.path, "push", "--quiet", "--force", this.path, `refs/heads/${branch}`);
    return sha;
  }

  /** Makes a branch of one commit on top of `main`, which adds one file. */
  branch(name: string, file = `${name}.txt`, content = `${name}\n`): string {
    return this.commit(name, { [file]: content }, { parents: ["main"] });
  }

  tip(branch: string): string {
    return this.git("for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`);
  }

  /** A request below the project's merge requests. */
  send(method: string, path = "", body?: unknown, token = this.#token): Promise<Answer> {
    return this.#platform.send(method, `/api/projects/${this.id}/merge-requests${path}`, token, body);
  }

  async get(number: number, token = this.#token): Promise<Answer["body"]> {
    return (await this.send("GET", `/${number}`, undefined, token)).body;
  }

  /** Opens a merge request and gives its number. */
  async open(source: string, more: object = {}, token = this.#token): Promise<number> {
    const body = { source_branch: source, target_branch: "main", title: `Merge ${source}`, ...more };
    const answer = await this.send("POST", "", body, token);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.number;
  }

  merge(number: number, body: object = {}, token = this.#token): Promise<Answer> {
    return this.send("POST", `/${number}/merge`, body, token);
  }

  review(number: number, verdict: string, token = this.#token, more: object = {}): Promise<Answer> {
    return this.send("POST", `/${number}/reviews`, { verdict, ...more }, token);
  }

  async settings(settings: object): Promise<void> {
    const { status } = await this.#platform.send("PATCH", `/api/projects/${this.id}`, this.#token, settings);
    if (status !== 200) throw new Error("the project's settings could not be changed");
  }

  /** Throws unless the repository is as git wants it; then the sample goes. */
  end(): void {
    try {
      this.git("fsck", "--strict", "--no-dangling");
    } finally {
      this.#sample.remove();
    }
  }
}

/** A platform with as many scenes as a file's tests want. */
export class Stage {
  readonly platform: TestPlatform;
  /** The administrator's token. */
  readonly admin: string;
  readonly #scenes: Scene[] = [];

  private constructor(platform: TestPlatform, admin: string) {
    this.platform = platform;
    this.admin = admin;
  }

  static async create(env: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const platform = await startTestPlatform(env);
    return new Stage(platform, await platform.token({ user: "admin" }));
  }

  /** A project whose branch `main` has one commit with a `README.md`. */
  async scene(): Promise<Scene> {
    const name = `project-${this.#scenes.length + 1}`;
    const id = await this.platform.addProject("admin", name, "internal");
    await initRepository(this.platform.repositories.of(id).path, "main");
    const scene = new Scene(this.platform, { id, name }, this.admin);
    this.#scenes.push(scene);
    scene.commit("main", { "README.md": "one\ntwo\nthree\n" });
    return scene;
  }

  /** A user who may do what the role says, and a token of theirs. */
  async user(name: string, role?: string): Promise<string> {
    await this.platform.addUser(name, role === undefined ? [] : [{ role }]);
    return await this.platform.token({ user: name });
  }

  /** An agent that acts for somebody, and its token. */
  async agent(name: string, requester: string): Promise<string> {
    await this.platform.addUser(name, [], "agent");
    for (const permission of ["project:read", "project:write"] as const) {
      await this.platform.lend({ from: requester, to: name, permission });
    }
    return await this.platform.token({ user: name });
  }

  async close(): Promise<void> {
    for (const scene of this.#scenes) scene.end();
    await this.platform.close();
  }
}

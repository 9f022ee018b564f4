import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../scripts/lib/build/build.ts";
import { root } from "../../scripts/lib/build/paths.ts";
import { claudeBinary } from "../claude-code/install.ts";
import { type MessagesApi, type Script, startMessagesApi } from "../claude-code/messages-api.ts";
import { type GroupResult, runInGroup } from "../claude-code/process-group.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser } from "../lib/git-user.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";

const main = join(root, "packages/platform/src/main.ts");

/** What agents may not show. */
export const modelKey = "a-key-of-the-model-0123456789";

/** A platform as on a laptop: a process that runs agents as processes, with the real Claude Code on its PATH. */
export interface LaptopPlatform extends PushedPlatform {
  readonly api: MessagesApi;
  /** Makes a project with a pipeline for what agents push. */
  addRepository(name: string): Promise<ProjectSessions>;
  /** Runs a command of the platform's, as the user of this machine. */
  command(...args: readonly string[]): Promise<GroupResult>;
  /** What agents have left in the data directory. */
  leftovers(): Promise<readonly string[]>;
}

/** `script` answers in the place of the model. */
export async function startLaptopPlatform(script: Script): Promise<LaptopPlatform> {
  const [binary] = await Promise.all([claudeBinary(), build()]);
  const programs = await mkdtemp(join(tmpdir(), "laptop-programs-"));
  const api = await startMessagesApi(script);
  await symlink(binary, join(programs, "claude"));
  const platform = await startPushedPlatform({
    PATH: `${programs}:${process.env.PATH}`,
    PLATFORM_AGENT_ENV: "ANTHROPIC_API_KEY,ANTHROPIC_BASE_URL,CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    ANTHROPIC_API_KEY: modelKey,
    ANTHROPIC_BASE_URL: api.url,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  });
  return {
    ...platform,
    api,
    async addRepository(name) {
      const id = await platform.addProject(name);
      await using user = await GitUser.create();
      await mkdir(join(user.path, "src"));
      await writeFile(join(user.path, "src", "greeting.txt"), "hello\n");
      const check = { name: "check", image: "any", commands: ["grep . src/greeting.txt"] };
      const on = { push: { branches: ["agent/*"] } };
      await writeFile(join(user.path, ".platform.yaml"), JSON.stringify({ pipeline: { on, steps: [check] } }));
      await user.commit();
      await user.git("push", "--quiet", platform.remote(name), "HEAD:main");
      return new ProjectSessions(platform, id);
    },
    command: (...args) =>
      runInGroup(process.execPath, ["--import", "tsx", main, ...args, "--data", platform.dataDirectory], {
        cwd: root,
        env: process.env,
        deadlineMs: 100_000,
      }),
    async leftovers() {
      const rooms = await readdir(join(platform.dataDirectory, "steps")).catch(() => []);
      const left = await Promise.all(rooms.map((room) => readdir(join(platform.dataDirectory, "steps", room))));
      const rescued = await readdir(join(platform.dataDirectory, "rescued")).catch(() => []);
      return [...left.flat(), ...rescued];
    },
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await api.close();
      await rm(programs, { recursive: true });
    },
  };
}

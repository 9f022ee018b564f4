import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fixtureRepositories } from "@platform-mcp/e2e/repositories";
import type { Benchmark, Contender } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { git } from "../lib/git.ts";
import { findGitDaemon, GitDaemon } from "../lib/git-daemon.ts";
import { peakMemory, resetPeak } from "../lib/peak-memory.ts";
import { type PlatformProcess, startPlatformProcess } from "../lib/platform-process.ts";
import { memoryAtRest } from "../lib/resident-memory.ts";

const canTellMemory = process.platform === "linux";

/** What stands between git and a repository of more than 50 MB. */
export const clone: Benchmark = {
  name: "clone",
  summary:
    "git clone --no-checkout of a repository with over 50 MB of objects, by git's own client on the same machine, through the platform over HTTP with a token; against git daemon, or where git comes without it a clone of file://, on the very same bare repository. Growth is the most that the platform's process held meanwhile, above what it held before the first clone.",
  runs: 15,
  warmUp: 1,
  prepare: () =>
    Disposables.open(async (opened) => {
      const platform = opened.use(await startPlatformProcess());
      const { large } = await fixtureRepositories();
      const id = await platform.importRepository(large, "large");
      const repositories = join(platform.data, "repositories");
      const to = join(platform.directory, "clone");
      const program = await findGitDaemon();
      const daemon = program === undefined ? undefined : opened.use(await GitDaemon.start(program, repositories));
      const base = daemon?.url ?? pathToFileURL(repositories).href;
      const baseline = {
        name: daemon === undefined ? "git, file://" : "git daemon",
        run: () => timedClone(`${base}/${id}.git`, to),
      };
      return { baseline, contenders: [await throughPlatform(platform, to)] };
    }),
};

async function throughPlatform(platform: PlatformProcess, to: string): Promise<Contender> {
  const { url, pid } = platform;
  const token = await platform.createToken(["project:read"], "large");
  // In the environment: arguments can be read by everybody on the machine.
  const authorization = {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Bearer ${token}`,
  };
  const run = () => timedClone(`${url}/admin/large.git`, to, authorization);
  if (!canTellMemory) return { name: "platform", run };
  const { rss } = await memoryAtRest(pid);
  return {
    name: "platform",
    async run() {
      await resetPeak(pid);
      return { ...(await run()), "growth MiB": (await peakMemory(pid)) - rss };
    },
  };
}

async function timedClone(url: string, to: string, env: Readonly<Record<string, string>> = {}) {
  const begin = performance.now();
  await git(["clone", "--quiet", "--no-checkout", url, to], env);
  const ms = performance.now() - begin;
  await rm(to, { recursive: true });
  return { ms };
}

import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { NodeProcess } from "../lib/node-process.ts";
import { typescript } from "../lib/platform-process.ts";
import { processorTime, processorTimeOfAll } from "../lib/processor-time.ts";

const counts = [50, 500] as const;
/** How long is measured, in seconds: each preview is looked at once in it. */
const seconds = 60;

/** What previews cost of which nothing changes. */
export const idlePreviews: Benchmark = {
  name: "idle-previews",
  summary: `Processor time in ${seconds} s of a platform whose previews are all healthy and stay so, as a share of one core: all that the platform's process does, and its PostgreSQL's beside it; each preview is looked at once in that time, with a request to a web process, which is one for all of them and not measured. "own": as on one machine, where the platform's process keeps a claim on each; "cluster": as on Kubernetes, where each look takes a claim. And what a preview adds, for each look at it. Against a process that does nothing but read each preview's row once in ${seconds} s and make the same request.`,
  runs: 3,
  warmUp: 0,
  unavailable: async () => (process.platform === "linux" ? undefined : "only Linux tells what a process has used"),
  prepare: () =>
    Disposables.open(async (opened) => {
      const web = opened.use(await startWeb());
      const start = async (kind: string) =>
        await Promise.all([0, ...counts].map(async (count) => opened.use(await serve(count, web.port, kind))));
      const own = await start("own");
      const cluster = await start("cluster");
      const bare = await Promise.all(
        [0, ...counts].map(async (count) => opened.use(await loop(count, web.port, own.at(-1)))),
      );
      return {
        baseline: { name: "a bare loop", run: () => shares(bare) },
        contenders: [
          { name: "platform, own", run: () => shares(own) },
          { name: "platform, cluster", run: () => shares(cluster) },
        ],
      };
    }),
};

/** A process that looks at previews. */
interface Looking extends AsyncDisposable {
  readonly data: string;
  /** Milliseconds of processor time that it has taken, and the database that is its own, if there is one. */
  times(): Promise<readonly [own: number, database?: number]>;
}

async function startWeb(): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((_, response) => response.end("ok")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() };
}

async function serve(count: number, port: number, kind: string): Promise<Looking> {
  const data = await mkdtemp(join(tmpdir(), "bench-"));
  const program = join(import.meta.dirname, "../lib/serve-previews.ts");
  const server = new NodeProcess([...typescript, program, String(count), String(port), kind], environment(data));
  await server.readTo("ready\n");
  server.discardOutput();
  const [postmaster = ""] = (await readFile(join(data, "postgres", "data", "postmaster.pid"), "utf8")).split("\n");
  return {
    data,
    times: async () => [await processorTime(server.pid), await processorTimeOfAll(Number(postmaster))],
    [Symbol.asyncDispose]: async () => {
      await server.finish();
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function loop(count: number, port: number, platform: Looking | undefined): Promise<Looking> {
  const data = platform?.data ?? "";
  const program = join(import.meta.dirname, "../lib/bare-looks.ts");
  const looking = new NodeProcess([...typescript, program, String(count), String(port)], environment(data));
  await looking.readTo("ready\n");
  return {
    data,
    times: async () => [await processorTime(looking.pid)],
    [Symbol.asyncDispose]: () => looking[Symbol.asyncDispose](),
  };
}

function environment(data: string): Readonly<Record<string, string>> {
  const alone = { PLATFORM_LISTEN: "127.0.0.1:0", PLATFORM_APPS_LISTEN: "127.0.0.1:0", PLATFORM_MAX_SESSIONS: "0" };
  return {
    PATH: process.env.PATH ?? "",
    PLATFORM_DATA: data,
    PLATFORM_ADMIN_PASSWORD: "a-long-password-of-the-bench",
    ...alone,
  };
}

/** What each of them takes, with 0, 50 and 500 previews, at the same time. */
async function shares(looking: readonly Looking[]): Promise<Sample> {
  const before = await Promise.all(looking.map((one) => one.times()));
  await delay(seconds * 1000);
  const after = await Promise.all(looking.map((one) => one.times()));
  const share = (milliseconds: number) => milliseconds / (seconds * 10);
  const taken = (index: number) => (after[index]?.[0] ?? 0) - (before[index]?.[0] ?? 0);
  return Object.fromEntries(
    counts.flatMap((count, index): readonly (readonly [string, number])[] => {
      const [, database] = after[index + 1] ?? [];
      const [, databaseBefore] = before[index + 1] ?? [];
      const isOwn = database !== undefined && databaseBefore !== undefined;
      return [
        [`% of a core at ${count}`, share(taken(index + 1))],
        [`ms a look at ${count}`, (taken(index + 1) - taken(0)) / count],
        ...(isOwn ? [[`% of a core for PostgreSQL at ${count}`, share(database - databaseBefore)] as const] : []),
      ];
    }),
  );
}

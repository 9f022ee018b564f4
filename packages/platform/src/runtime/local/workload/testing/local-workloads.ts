import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { until } from "../../../../db/embedded/until.ts";
import { initRepository } from "../../../../git/init-repository.ts";
import { plainGit, plainGitBytes } from "../../../../git/testing/plain-git.ts";
import type { Runtime } from "../../../runtime.ts";
import type { WorkloadPlan, Workloads, WorkloadState } from "../../../workload.ts";
import { type AppsOptions, createLocalRuntime, type LocalRuntimeOptions } from "../../local-runtime.ts";
import { noAgents } from "../../testing/local-steps.ts";

/** The files of a commit by their paths. */
export type Files = Readonly<Record<string, string>>;

/** A web server that does what a module says with each request, or nothing but say its version. */
export function webFiles(version: string, handler = `(request, response) => response.end(${JSON.stringify(version)})`): Files {
  const server = `require("node:http").createServer(${handler}).listen(process.env.PORT, "127.0.0.1");`;
  return { Procfile: `web: exec "${process.execPath}" server.cjs\n`, "server.cjs": server };
}

/** A local runtime on a temporary data directory with one repository, for workloads. */
export interface LocalWorkloadsScene extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly workloads: Workloads;
  readonly dataDirectory: string;
  /** Whether what runs here runs in namespaces. */
  readonly isIsolated: boolean;
  /** Makes a commit without a parent; gives its SHA. */
  commit(files: Files): string;
  /** A plan of the workload `one`, of generation 1. */
  plan(commit: string, plan?: Partial<WorkloadPlan>): WorkloadPlan;
  apply(plan: WorkloadPlan): Promise<void>;
  /** Waits for a status, and gives the state then. @throws when it does not come */
  reach(plan: WorkloadPlan, status: WorkloadState["status"]): Promise<WorkloadState>;
  /** Applies a plan and waits until it is ready. */
  run(files: Files, plan?: Partial<WorkloadPlan>): Promise<WorkloadPlan>;
  /** What is answered at a workload's URL. */
  get(plan: WorkloadPlan, path?: string): Promise<{ status: number; body: string; headers: IncomingMessage["headers"] }>;
  log(plan: WorkloadPlan, previous?: boolean): Promise<string>;
  /** The rooms that there are. */
  rooms(): Promise<readonly string[]>;
}

const apps: AppsOptions = { host: "127.0.0.1", port: 0, isFixed: false, restartSeconds: 0.05, drainSeconds: 5 };

export async function openLocalWorkloads(
  options: Partial<LocalRuntimeOptions> = {},
  changes: Partial<AppsOptions> = {},
): Promise<LocalWorkloadsScene> {
  const directory = await mkdtemp(join(tmpdir(), "platform-workloads-"));
  const dataDirectory = join(directory, 'it\'s \\ a #1 "$HOME" ä');
  const repository = join(dataDirectory, "repositories", "p.git");
  await initRepository(repository, "main");
  await writeFile(join(dataDirectory, "agent.env"), "PLATFORM_API_TOKEN=very-secret\n", { mode: 0o600 });
  let logged = false;
  const runtime = await createLocalRuntime({
    dataDirectory,
    databaseUrl: undefined,
    logger: {
      warn: () => {
        logged = true;
      },
    },
    agents: noAgents,
    graceSeconds: 2,
    apps: { ...apps, ...changes },
    ...options,
  });
  const { workloads } = runtime;
  let branches = 0;

  const scene: LocalWorkloadsScene = {
    runtime,
    workloads,
    dataDirectory,
    isIsolated: options.useNamespaces !== false && !logged,
    commit(files) {
      const branch = `b${++branches}`;
      const entries = Object.entries(files).map(
        ([path, content]) => `M 644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
      );
      const header = `commit refs/heads/${branch}\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 1\nx\n`;
      plainGitBytes(repository, ["fast-import", "--quiet"], `${header}${entries.join("")}`);
      return plainGit(repository, "rev-parse", branch);
    },
    plan: (commit, plan = {}) => ({
      workloadId: "00000000-0000-4000-8000-000000000001",
      projectId: "p",
      kind: "preview",
      projectLabel: "shop",
      label: "one",
      generation: 1,
      imageRef: `git:${commit}`,
      repository: { path: repository },
      environment: {},
      secrets: {},
      manifests: undefined,
      ...plan,
    }),
    apply: (plan) => workloads.apply(plan, new AbortController().signal),
    async reach(plan, status) {
      let state = await workloads.observe(plan);
      const isReached = async () => {
        state = await workloads.observe(plan);
        return state.status === status;
      };
      if (!(await until(isReached, 30_000))) throw new Error(`it is not ${status} but ${JSON.stringify(state)}`);
      return state;
    },
    async run(files, changes) {
      const plan = scene.plan(scene.commit(files), changes);
      await scene.apply(plan);
      await scene.reach(plan, "ready");
      return plan;
    },
    async get(plan, path = "/") {
      const { url } = await workloads.observe(plan);
      const { host, port } = new URL(url ?? "");
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { host };
        request({ host: "127.0.0.1", port, path, headers, agent: false }, resolve).on("error", reject).end();
      });
      return { status: answer.statusCode ?? 0, body: await text(answer), headers: answer.headers };
    },
    log: (plan, previous = false) => workloads.logs(plan, { tail: 100, previous }),
    async rooms() {
      const all = join(dataDirectory, "steps");
      const [instance = ""] = await readdir(all);
      return (await readdir(join(all, instance)).catch(() => [])).filter((name) => !name.endsWith(".aside"));
    },
    async [Symbol.asyncDispose]() {
      await workloads.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return scene;
}

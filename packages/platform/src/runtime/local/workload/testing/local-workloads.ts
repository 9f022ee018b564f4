import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { until } from "../../../../db/embedded/until.ts";
import { initRepository } from "../../../../git/init-repository.ts";
import { plainGit, plainGitBytes } from "../../../../git/testing/plain-git.ts";
import type { Runtime } from "../../../runtime.ts";
import type { WorkloadPlan, WorkloadState, Workloads } from "../../../workload.ts";
import { type AppsOptions, createLocalRuntime, type LocalRuntimeOptions } from "../../local-runtime.ts";
import { noAgents } from "../../testing/local-steps.ts";

/** The files of a commit by their paths. */
export type Files = Readonly<Record<string, string>>;

/** Listens once the file is there that `WAIT_FOR` names, if it names one. */
const listen = `
const start = () => {
  const { WAIT_FOR, PORT } = process.env;
  if (WAIT_FOR && !require("node:fs").existsSync(WAIT_FOR)) setTimeout(start, 10);
  else server.listen(PORT, "127.0.0.1");
};
start();
`;

/** A web server that answers as this handler says, or with nothing but its version. */
export function webFiles(
  version: string,
  handler = `(request, response) => response.end(${JSON.stringify(version)})`,
): Files {
  const server = `const server = require("node:http").createServer(${handler});\n${listen}`;
  return { Procfile: `web: exec "${process.execPath}" server.cjs\n`, "server.cjs": server };
}

/** A local runtime on a temporary data directory with one repository, for workloads. */
export interface LocalWorkloadsScene extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly workloads: Workloads;
  readonly dataDirectory: string;
  /** Whether what runs here runs in namespaces. */
  readonly isIsolated: boolean;
  /** The path of a file that workloads see and that is not there yet. */
  file(): string;
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
  get(
    plan: WorkloadPlan,
    path?: string,
  ): Promise<{ status: number; body: string; headers: IncomingMessage["headers"] }>;
  log(plan: WorkloadPlan, previous?: boolean): Promise<string>;
  /** The rooms that there are. */
  rooms(): Promise<readonly string[]>;
}

const apps: AppsOptions = { host: "127.0.0.1", port: 0, isFixed: false, restartSeconds: 0.05, drainSeconds: 60 };

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
  let files = 0;

  const scene: LocalWorkloadsScene = {
    runtime,
    workloads,
    dataDirectory,
    isIsolated: options.useNamespaces !== false && !logged,
    file: () => join(directory, `file-${++files}`),
    commit(content) {
      const branch = `b${++branches}`;
      const entries = Object.entries(content).map(
        ([path, text]) => `M 644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
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
    async run(content, plan) {
      const applied = scene.plan(scene.commit(content), plan);
      await scene.apply(applied);
      await scene.reach(applied, "ready");
      return applied;
    },
    async get(plan, path = "/") {
      const { url } = await workloads.observe({ ...plan, generation: -1 });
      const { host, port } = new URL(url ?? "");
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const asked = request({ host: "127.0.0.1", port, path, headers: { host }, agent: false }, resolve);
        asked.on("error", reject).end();
      });
      return { status: answer.statusCode ?? 0, body: await readText(answer), headers: answer.headers };
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

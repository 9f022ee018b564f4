import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initRepository } from "../../../git/init-repository.ts";
import { plainGit, plainGitBytes } from "../../../git/testing/plain-git.ts";
import type { RunningStep, Runtime, StepExit, StepInput, StepPlan } from "../../runtime.ts";
import { createLocalRuntime, type LocalRuntimeOptions } from "../local-runtime.ts";

export interface StepToRun {
  readonly commands: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly inputs?: readonly StepInput[];
  /** Of the branch `main` by default. */
  readonly commit?: string;
  readonly onOutput?: (chunk: Uint8Array) => Promise<void>;
  readonly starting?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface StartedStep extends RunningStep {
  /** What it has printed so far. */
  text(): string;
}

/** A local runtime on a temporary data directory with one repository. */
export interface LocalSteps extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly dataDirectory: string;
  /** The path of the repository. */
  readonly repository: string;
  /** Whether steps run in namespaces here. */
  readonly isIsolated: boolean;
  /** What the top of each log says. */
  readonly sentences: readonly string[];
  start(step: StepToRun): Promise<StartedStep>;
  /** Runs a step to its end, with `DATA` and `REPOSITORY` in its environment, and removes it. */
  run(...commands: readonly string[]): Promise<{ exit: StepExit; text: string }>;
}

/** Where no agent is started. */
export const noAgents = { platformUrl: "http://127.0.0.1:1", bundles: "/nonexistent" };

/** A stream for `git fast-import` with what most tests need. */
const content = `commit refs/heads/main
committer Ada <ada@example.com> 1700000000 +0000
data 5
first
M 644 inline kept.txt
data 4
kept
M 644 inline dir/inner.txt
data 5
inner
`;

export async function openLocalSteps(options: Partial<LocalRuntimeOptions> = {}): Promise<LocalSteps> {
  const directory = await mkdtemp(join(tmpdir(), "platform-steps-"));
  // A name that has to be written in its own way wherever it is written.
  const dataDirectory = join(directory, 'it\'s \\ a #1 "$HOME" ä');
  const repository = join(dataDirectory, "repositories", "p.git");
  await initRepository(repository, "main");
  plainGitBytes(repository, ["fast-import", "--quiet"], content);
  await writeFile(join(dataDirectory, "agent.env"), "PLATFORM_API_TOKEN=very-secret\n", { mode: 0o600 });
  let logged = false;
  const logger = {
    warn: () => {
      logged = true;
    },
  };
  const runtime = await createLocalRuntime({
    dataDirectory,
    databaseUrl: undefined,
    logger,
    agents: noAgents,
    ...options,
  });
  let attempt = 0;

  const planOf = (step: StepToRun): StepPlan => ({
    stepId: "s",
    attempt: ++attempt,
    pipelineId: "p",
    projectId: "p",
    name: "test",
    image: "none",
    commands: step.commands,
    environment: step.environment ?? {},
    source: { repository: { path: repository }, commit: step.commit ?? plainGit(repository, "rev-parse", "main") },
    inputs: step.inputs ?? [],
    timeoutSeconds: 3600,
  });

  const start = async (step: StepToRun): Promise<StartedStep> => {
    const chunks: Buffer[] = [];
    const collect = async (chunk: Uint8Array) => void chunks.push(Buffer.from(chunk));
    const { onOutput = collect, starting = async () => {}, signal = new AbortController().signal } = step;
    const running = await runtime.startStep(planOf(step), { output: onOutput, starting }, signal);
    return Object.assign(running, { text: () => Buffer.concat(chunks).toString("utf8") });
  };

  return {
    runtime,
    dataDirectory,
    repository,
    isIsolated: options.useNamespaces !== false && !logged,
    sentences: runtime.describe(planOf({ commands: [] })),
    start,
    async run(...commands) {
      const step = await start({ commands, environment: { DATA: dataDirectory, REPOSITORY: repository } });
      const exit = await step.exited;
      await step.dispose();
      return { exit, text: step.text() };
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

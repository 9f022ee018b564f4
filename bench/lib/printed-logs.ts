import { setTimeout as delay } from "node:timers/promises";
import type { PlatformProcess } from "./platform-process.ts";
import { type PushedRepository, startPushedRepository } from "./pushed-repository.ts";

/** A command that prints lines without end. */
export const outputLines = "yes 'a line of output as programs write them, neither short nor long, once more'";

/** What a step prints, and how much of it. */
export interface PrintedLog {
  readonly step: string;
  readonly bytes: number;
  readonly printing: string;
}

/** A platform with a pipeline whose steps have printed their logs. */
export interface PrintedLogs extends AsyncDisposable {
  readonly platform: PlatformProcess;
  readonly project: string;
  readonly token: string;
  readonly pipeline: string;
  stepId(name: string): string | undefined;
}

/** Pushes a pipeline of one step a log, and waits until they have printed everything. */
export async function printLogs(logs: readonly PrintedLog[]): Promise<PrintedLogs> {
  const repository = await startPushedRepository(() => definition(logs));
  const { platform, project, token } = repository;
  const close = () => repository[Symbol.asyncDispose]();
  try {
    return { platform, project, token, ...(await printed(repository)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function definition(logs: readonly PrintedLog[]): string {
  const steps = logs.map(
    ({ step, bytes, printing }) =>
      `    - {name: ${step}, image: any, commands: [${JSON.stringify(`${printing} | head -c ${bytes}`)}]}\n`,
  );
  return `pipeline:\n  steps:\n${steps.join("")}`;
}

async function printed({ push, request }: PushedRepository) {
  const commit = await push("bench");
  for (;;) {
    const [pipeline] = (await request("GET", `pipelines?commit_sha=${commit}`)).items;
    if (pipeline?.status === "success") {
      const { steps }: { steps: { id: string; name: string }[] } = await request("GET", `pipelines/${pipeline.id}`);
      return { pipeline: String(pipeline.id), stepId: (name: string) => steps.find((step) => step.name === name)?.id };
    }
    if (pipeline?.status === "failure") throw new Error("the pipeline has failed");
    await delay(200);
  }
}

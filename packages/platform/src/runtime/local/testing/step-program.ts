/**
 * A program for tests, as a platform that runs one step: `step-program DATA REPOSITORY NAMESPACES WATCH COMMAND`. It
 * keeps the step alive, says what it prints and how it ended, one JSON object a line.
 */
import { readGit } from "../../../git/git.ts";
import { createLocalRuntime } from "../local-runtime.ts";
import { noAgents } from "./local-steps.ts";

const [, , dataDirectory = "", path = "", namespaces, watchSeconds, command = ""] = process.argv;

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const repository = { path };
const commit = (await readGit(["rev-parse", "main"], { repository })).trim();
const runtime = await createLocalRuntime({
  dataDirectory,
  databaseUrl: undefined,
  agents: noAgents,
  logger: { warn: () => {} },
  useNamespaces: namespaces === "true",
  watchSeconds: Number(watchSeconds),
});
await runtime.cleanUp();
const step = await runtime.startStep(
  {
    ...{ stepId: "s", attempt: 1, pipelineId: "p", projectId: "p", name: "test", image: "none", inputs: [] },
    timeoutSeconds: 3600,
    ...{ commands: [command], environment: {}, source: { repository, commit } },
  },
  { output: async (chunk) => say({ text: Buffer.from(chunk).toString("utf8") }), starting: async () => {} },
  new AbortController().signal,
);
setInterval(() => step.keepAlive(), 50).unref();
say({ exit: await step.exited });
await step.dispose();

/**
 * A program for tests, as a platform that runs one workload: `workload-program DATA REPOSITORY COMMIT NAMESPACES WATCH`.
 * It says where that answers when it does, and each state that follows, one JSON object a line.
 */
import type { WorkloadPlan } from "../../../workload.ts";
import { createLocalRuntime } from "../../local-runtime.ts";
import { noAgents } from "../../testing/local-steps.ts";

const [, , dataDirectory = "", path = "", commit, namespaces, watchSeconds] = process.argv;

const { workloads } = await createLocalRuntime({
  dataDirectory,
  databaseUrl: undefined,
  agents: noAgents,
  logger: { warn: () => {} },
  useNamespaces: namespaces === "true",
  watchSeconds: Number(watchSeconds),
  apps: { host: "127.0.0.1", port: 0, isFixed: false, restartSeconds: 0.05 },
});
const plan: WorkloadPlan = {
  kind: "preview",
  ...{ workloadId: "00000000-0000-4000-8000-000000000001", projectId: "p", generation: 1 },
  ...{ projectLabel: "shop", label: "one", imageRef: `git:${commit}`, repository: { path } },
  ...{ environment: {}, secrets: {}, manifests: undefined },
};
workloads.watch(async () => {
  process.stdout.write(`${JSON.stringify(await workloads.observe(plan))}\n`);
});
await workloads.apply(plan, new AbortController().signal);
// The proxy alone does not keep a platform alive.
setInterval(() => {}, 60_000);

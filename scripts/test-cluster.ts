import { parseArgs } from "node:util";
import type { Cluster } from "./lib/cluster/cluster.ts";
import { kindCluster } from "./lib/cluster/kind-cluster.ts";
import { namedCluster } from "./lib/cluster/named-cluster.ts";
import { throwawayCluster } from "./lib/cluster/throwaway-cluster.ts";
import { HostChanges } from "./lib/host/host-changes.ts";
import { NotPossible } from "./lib/host/not-possible.ts";
import { show } from "./lib/image/host.ts";

const usage = `test:cluster: runs what needs a Kubernetes cluster on a real one

  npx --yes pnpm@12.21.0 test:cluster [--host-changes] [--required] [--long] [--chaos] [--serve] [FILTER ...]
  npx --yes pnpm@12.21.0 test:cluster --kind NAME [FILTER ...]

Uses the cluster that KUBECONFIG names, in namespaces of its own, if the environment says that it is for tests:

  CLUSTER_HOST          this machine's address for what runs in the cluster's pods
  CLUSTER_RUNNER_IMAGE  the runner's image, built from this work tree (docker/README.md), where the nodes find it
  CLUSTER_PYTHON_IMAGE  an image with Python and nothing of the project's
  CLUSTER_STAND_IN_IMAGE  the runner's, with e2e/injection/stand-in-claude.sh as /opt/agent/bin/claude; without it,
                        hostile texts are not tried
  CLUSTER_WEB_IMAGE     without a tag, those that scripts/lib/cluster/web-images.ts makes, by their tags; without it,
                        deployments and previews are not tried

Without KUBECONFIG it raises a cluster of one node, from Debian's packages, and removes it afterwards. That needs root on
Debian 12, installs what is missing with apt, and makes interfaces, control groups and mounts for its time; so only when
CI is set or with --host-changes. Building Kubernetes takes about five minutes the first time; it is kept in
\${XDG_CACHE_HOME:-~/.cache}/platform-mcp.

  --kind NAME uses the cluster of this name that kind has made, and loads the images into it
  --required  fails where nothing can be run, instead of saying why
  --long      runs what takes long, too: hostile texts through pods, servers that go away, a few rounds of each fault loop
  --chaos     runs the fault loops alone, with their full counts (CHAOS_ROUNDS, default 50)
  --serve     runs no test; says how to reach the cluster, and keeps one that it has raised until Ctrl-C
  FILTER      runs only the test files whose path holds it
`;

const { values, positionals } = parseArgs({
  options: {
    "host-changes": { type: "boolean", default: false },
    kind: { type: "string" },
    required: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    chaos: { type: "boolean", default: false },
    serve: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
  allowPositionals: true,
});

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function run(): Promise<void> {
  if (values.kind !== undefined) {
    await using changes = new HostChanges();
    await useCluster(await kindCluster(values.kind, changes, say));
    return;
  }
  const named = namedCluster(process.env);
  if (named !== undefined) {
    await useCluster(named);
    return;
  }
  if (!values["host-changes"] && !process.env.CI) {
    throw new NotPossible("KUBECONFIG names no cluster; --host-changes raises one on this machine");
  }
  await using changes = new HostChanges();
  await useCluster(await throwawayCluster(changes, say));
  if (values.serve) await forever();
}

/** Waits for Ctrl-C. */
function forever(): Promise<never> {
  setInterval(() => {}, 1 << 30);
  return new Promise(() => {});
}

async function useCluster({ kubeconfig, hostAddress, images, usersGroup }: Cluster): Promise<void> {
  const env = {
    KUBECONFIG: kubeconfig,
    CLUSTER_HOST: hostAddress,
    CLUSTER_RUNNER_IMAGE: images.runner,
    CLUSTER_PYTHON_IMAGE: images.python,
    ...(images.standIn && { CLUSTER_STAND_IN_IMAGE: images.standIn }),
    ...(images.web && { CLUSTER_WEB_IMAGE: images.web }),
  };
  if (values.serve) {
    for (const [name, value] of Object.entries(env)) say(`export ${name}=${value}`);
    return;
  }
  const rounds = values.chaos ? { CHAOS_ROUNDS: process.env.CHAOS_ROUNDS || "50" } : {};
  const timeouts = values.chaos ? ["--testTimeout=3600000"] : [];
  const filters = positionals.length === 0 && values.chaos ? ["chaos"] : positionals;
  const without = values.long || values.chaos ? [] : ["--exclude=**/*.chaos.test.ts"];
  const enter = usersGroup === undefined ? ":" : `echo $$ > ${usersGroup}/cgroup.procs`;
  // Each file has many pods at a time: those of more would only wait for each other's processor.
  const vitest = ["vitest", "run", "--project=cluster", "--maxWorkers=2", ...timeouts, ...without, ...filters];
  await show("sh", ["-ec", `${enter}; exec "$@"`, "sh", ...vitest], {
    ...process.env,
    ...env,
    ...rounds,
    ...(values.long && { LONG_TESTS: "1" }),
  });
}

if (values.help) process.stdout.write(usage);
else {
  await run().catch((error: unknown) => {
    if (error instanceof NotPossible && !values.required) return say(`not run: ${error.message}`);
    process.stderr.write(`test:cluster: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}

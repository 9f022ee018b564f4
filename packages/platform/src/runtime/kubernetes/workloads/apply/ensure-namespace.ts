import { setTimeout as delay } from "node:timers/promises";
import { WorkloadError } from "../../../workload.ts";
import type { KubeClient } from "../../client.ts";
import { type Labels, labelNames } from "../../names.ts";
import { createNamespace, labelNamespace, readNamespace } from "../api/namespaces.ts";
import { isInstallations, isOwn } from "../ownership.ts";
import type { StoredObject } from "../stored.ts";

/** Milliseconds that an earlier namespace of the same name may take to be gone. */
const patience = 60_000;

interface Wanted {
  readonly name: string;
  readonly labels: Labels;
}

/** Makes a namespace unless it is there. @throws WorkloadError when it is somebody else's, or does not go; KubeError */
export async function ensureNamespace(client: KubeClient, wanted: Wanted, signal: AbortSignal): Promise<void> {
  const { name, labels } = wanted;
  for (const end = performance.now() + patience; ; ) {
    const there = await readNamespace(client, name, signal);
    if (there === undefined) {
      if (await createNamespace(client, wanted, signal)) return;
      continue;
    }
    const { deletionTimestamp } = there.metadata;
    if (deletionTimestamp === undefined) {
      assertOwn(there, labels);
      const isLabelled = Object.entries(labels).every(([label, value]) => there.metadata.labels[label] === value);
      if (!isLabelled) await labelNamespace(client, wanted, signal);
      return;
    }
    if (performance.now() > end) {
      throw new WorkloadError("gone", `its namespace ${name} is being removed since ${deletionTimestamp}`);
    }
    await delay(500, undefined, { signal });
  }
}

function assertOwn(there: StoredObject, labels: Labels): void {
  if (isOwn(there, labels)) return;
  const { name } = there.metadata;
  if (isInstallations(there, labels[labelNames.installation] ?? "")) {
    // Until nobody wants that any more, and it is removed as an orphan.
    throw new WorkloadError("conflict", `the namespace ${name} is another project's or workload's of this platform`);
  }
  const advice = "remove it, or set PLATFORM_WORKLOAD_NAMESPACES";
  throw new WorkloadError("conflict", `the namespace ${name} is not this platform's: ${advice}`, { isFinal: true });
}

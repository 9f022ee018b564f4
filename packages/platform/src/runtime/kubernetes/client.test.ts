import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../user-error.ts";
import { openKubeClient } from "./client.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "kube-client-"));
  vi.stubEnv("HOME", home);
});
afterEach(() => rm(home, { recursive: true }));

const open = () => openKubeClient({ namespace: "here" });

test("without a cluster, the user is told what to set", async () => {
  vi.stubEnv("KUBECONFIG", "");
  await expect(open()).rejects.toThrow(
    new UserError("no cluster is configured: set KUBECONFIG, or run the platform in the cluster"),
  );
});

test.each([
  ["is not there", undefined],
  ["is none", "{ nonsense"],
  ["names no cluster", JSON.stringify({ clusters: [], contexts: [], users: [] })],
])("a kubeconfig that %s is the user's to mend", async (_, content) => {
  const file = join(home, "config");
  if (content !== undefined) await writeFile(file, content);
  vi.stubEnv("KUBECONFIG", file);
  await expect(open()).rejects.toThrow(UserError);
});

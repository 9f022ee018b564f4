import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withInstallLock } from "./install-lock.ts";

async function lockFile() {
  const folder = await mkdtemp(join(tmpdir(), "install-lock-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "lock");
}

test("work under one lock never overlaps, and each caller gets its own result", async () => {
  const file = await lockFile();
  let inside = 0;
  let most = 0;
  const results = await Promise.all(
    ["a", "b", "c"].map((name) =>
      withInstallLock(file, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await access(file);
        inside -= 1;
        return name;
      }),
    ),
  );
  expect(results).toEqual(["a", "b", "c"]);
  expect(most).toBe(1);
});

test("the lock is given back when the work fails", async () => {
  const file = await lockFile();
  await expect(withInstallLock(file, () => Promise.reject(new Error("no network")))).rejects.toThrow("no network");
  expect(await withInstallLock(file, async () => "second")).toBe("second");
});

test("the lock of a dead process is taken over", async () => {
  const file = await lockFile();
  const dead = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(dead, "exit");
  await writeFile(file, String(dead.pid));
  expect(await withInstallLock(file, async () => "taken over")).toBe("taken over");
});

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { gitOutput, readGit, startGit } from "./git.ts";
import { useSample } from "./testing/use-sample.ts";

/** Whether a process still does anything: one that nobody has waited for stays a zombie. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(existsSync("/proc/self/stat") && / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
  } catch {
    return false;
  }
}

describe("git", () => {
  const sample = useSample((repository) => {
    repository.commit({ files: { file: "x\n".repeat(1_000_000) } });
  });
  const repository = sample;
  afterEach(() => vi.unstubAllEnvs());

  test("runs with nothing of the caller's configuration", async () => {
    vi.stubEnv("GIT_DIR", "/nonexistent");
    vi.stubEnv("GIT_CONFIG_COUNT", "1");
    vi.stubEnv("GIT_CONFIG_KEY_0", "user.name");
    vi.stubEnv("GIT_CONFIG_VALUE_0", "inherited");
    vi.stubEnv("GIT_TRACE", "1");
    vi.stubEnv("HOME", sample.beside("home"));
    const config = await readGit(["config", "--list", "--show-scope"], { repository });
    expect(config).not.toContain("inherited");
    expect(config).not.toMatch(/^(system|global)\t/m);
    expect(config).toMatch(/^command\tsafe.directory=\*$/m);
  });

  test("fails with its exit code and what it said", async () => {
    await expect(readGit(["rev-parse", "nope"], { repository })).rejects.toMatchObject({
      name: "GitError",
      code: 128,
      stderr: expect.stringContaining("nope"),
    });
  });

  test("is killed with all it has started when the caller leaves", async () => {
    const left = new AbortController();
    // An alias is run by a shell that git waits for.
    const config = ["-c", "alias.hang=!sleep 600 & echo started; wait"];
    const git = startGit([...config, "hang"], { repository, signal: left.signal });
    await new Promise((resolve) => git.stdout.once("data", resolve));
    left.abort(new Error("the caller has left"));
    await expect(git.ended).rejects.toThrow("the caller has left");
    await expect(readGit(["status"], { repository, signal: left.signal })).rejects.toThrow("the caller has left");
  });

  test("is killed when it takes too long", async () => {
    const slow = readGit(["-c", "alias.hang=!sleep 600 & wait", "hang"], { repository, timeout: 100 });
    await expect(slow).rejects.toMatchObject({ name: "Problem", status: 503, message: "git took too long" });
  });

  test("is killed when its output is not wanted any more", async () => {
    const git = startGit(["-c", "alias.hang=!exec sleep 600", "hang"], { repository });
    git.stop();
    // Its output is closed only when nobody holds it any more.
    expect(await git.ended).toMatchObject({ code: null });

    let size = 0;
    for await (const chunk of gitOutput(["cat-file", "blob", "HEAD:file"], { repository })) {
      size += chunk.length;
      break;
    }
    expect(size).toBeGreaterThan(0);
  });

  test("ends with us", async () => {
    const file = JSON.stringify(join(import.meta.dirname, "git.ts"));
    const script = `import { startGit } from ${file};
      startGit(["-c", "alias.hang=!echo $$ >&2; exec sleep 600", "hang"]).stderr.once("data", (data) => {
        process.stdout.write(String(data), () => process.exit(3));
      });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const pid = Number(await text(child.stdout));
    expect(pid).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
  });

  test("that is missing is said in one line", async () => {
    vi.stubEnv("PATH", sample.beside("nothing"));
    await expect(readGit(["--version"])).rejects.toMatchObject({
      name: "GitMissingError",
      message: expect.stringMatching(/^git was not found.*$/),
    });
  });
});

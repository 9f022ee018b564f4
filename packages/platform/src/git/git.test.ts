import { afterEach, describe, expect, test, vi } from "vitest";
import { gitOutput, readGit, startGit } from "./git.ts";
import { useSample } from "./testing/use-sample.ts";

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

  test("that is missing is said in one line", async () => {
    vi.stubEnv("PATH", sample.beside("nothing"));
    await expect(readGit(["--version"])).rejects.toMatchObject({
      name: "GitMissingError",
      message: expect.stringMatching(/^git was not found.*$/),
    });
  });
});

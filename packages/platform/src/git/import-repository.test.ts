import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ImportError } from "./import-error.ts";
import { importRepository } from "./import-repository.ts";
import { fetchServer } from "./testing/fetch-server.ts";
import { plainGit } from "./testing/plain-git.ts";
import { useSample } from "./testing/use-sample.ts";

let counter = 0;

/** The port that a server has been given on loopback. */
async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

describe("importing a repository", () => {
  const sample = useSample((repository) => {
    for (let index = 0; index < 30; index++) repository.commit({ files: { [`日本 ${index}`]: `${index}\n` } });
    repository.commit({ branch: "feature/ünïcode", parents: ["main"], files: { feature: "f\n" } });
    repository.git("tag", "-a", "-m", "v1", "v1");
    repository.git("tag", "light", "main~3");
    repository.git("update-ref", "refs/pull/1/head", "main~1");
    repository.git("symbolic-ref", "HEAD", "refs/heads/feature/ünïcode");
  });
  afterEach(() => vi.unstubAllEnvs());

  const newDestination = () => sample.beside(`imports/${++counter}.git`);
  async function imported(source: string, onProgress: (line: string) => void = () => {}) {
    const path = newDestination();
    const { defaultBranch } = await importRepository({ source, destination: path, onProgress });
    return { path, defaultBranch };
  }
  const failure = (source: string) =>
    imported(source).then(
      () => "it was imported",
      (error: unknown) => (error instanceof ImportError ? error.message : error),
    );
  const refsOf = (path: string) =>
    plainGit(path, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags");
  /** A clone with a work tree, whose default branch is `main`. */
  function worktree(...args: string[]): string {
    const path = sample.beside(`worktree-${++counter}`);
    plainGit(sample.path, "clone", "--quiet", "--branch=main", ...args, `file://${sample.path}`, path);
    return path;
  }

  function expectWhole(path: string): void {
    expect(refsOf(path)).toBe(refsOf(sample.path));
    plainGit(path, "fsck", "--strict");
    expect(plainGit(path, "config", "--list")).not.toMatch(/remote|credential|url/);
    expect(existsSync(join(path, "objects/info/alternates"))).toBe(false);
    expect(existsSync(join(path, "objects/info/commit-graph"))).toBe(true);
    expect(existsSync(join(path, "FETCH_HEAD"))).toBe(false);
    expect(plainGit(path, "symbolic-ref", "HEAD")).toBe("refs/heads/feature/ünïcode");
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith("."))).toEqual([]);
  }

  test("from a bare repository takes all branches and tags, and shares nothing with it", async () => {
    const lines: string[] = [];
    const { path, defaultBranch } = await imported(sample.path, (line) => lines.push(line));
    expect(defaultBranch).toBe("feature/ünïcode");
    expectWhole(path);
    const packs = readdirSync(join(path, "objects/pack")).filter((name) => name.endsWith(".pack"));
    expect(packs.map((name) => statSync(join(path, "objects/pack", name)).nlink)).toEqual([1]);
    expect(lines).toContainEqual(expect.stringMatching(/^Receiving objects: 100%/));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines.join("")).not.toMatch(/[\0-\x1f]/);
  });

  test("from a work tree, a linked one, and one with a detached HEAD", async () => {
    const clone = worktree();
    expect((await imported(clone)).defaultBranch).toBe("main");
    expect((await imported(join(clone, ".git"))).defaultBranch).toBe("main");
    const linked = `${clone}-linked`;
    plainGit(clone, "worktree", "add", "--quiet", "-b", "linked", linked);
    expect((await imported(linked)).defaultBranch).toBe("linked");
    plainGit(clone, "checkout", "--quiet", "--detach");
    plainGit(clone, "branch", "--move", "main", "aardvark");
    expect((await imported(clone)).defaultBranch).toBe("aardvark");
    plainGit(clone, "branch", "--copy", "aardvark", "master");
    expect((await imported(clone)).defaultBranch).toBe("master");
  });

  test("from a detached HEAD without any branch makes main of it", async () => {
    const clone = worktree("--depth=1");
    plainGit(clone, "checkout", "--quiet", "--detach");
    plainGit(clone, "branch", "--delete", "--force", "main");
    const { path, defaultBranch } = await imported(clone);
    expect(defaultBranch).toBe("main");
    expect(plainGit(path, "rev-parse", "main")).toBe(sample.git("rev-parse", "main"));
  });

  test("from a shallow clone makes a shallow one", async () => {
    const { path } = await imported(worktree("--depth=2"));
    expect(plainGit(path, "rev-list", "--count", "main")).toBe("2");
    plainGit(path, "fsck");
  });

  test("from an empty repository makes an empty one", async () => {
    const empty = sample.beside("empty");
    plainGit(sample.path, "init", "--quiet", "--initial-branch=trunk", empty);
    const { path, defaultBranch } = await imported(empty);
    expect(defaultBranch).toBe("main");
    expect(plainGit(path, "symbolic-ref", "HEAD")).toBe("refs/heads/main");
  });

  test("runs nothing of the source, nor of the caller's configuration", async () => {
    const clone = worktree();
    const ran = sample.beside("ran");
    for (const hook of ["post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change"]) {
      writeFileSync(join(clone, ".git/hooks", hook), `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
    }
    plainGit(clone, "config", "core.fsmonitor", `touch '${ran}'`);
    plainGit(clone, "config", "uploadpack.packObjectsHook", `touch '${ran}'; false`);
    const home = sample.beside("home");
    mkdirSync(home);
    writeFileSync(
      join(home, ".gitconfig"),
      `[uploadpack]\n\tpackObjectsHook = touch '${ran}'; false\n[url "/nonexistent"]\n\tinsteadOf = /\n`,
    );
    vi.stubEnv("HOME", home);
    vi.stubEnv("GIT_CONFIG_GLOBAL", join(home, ".gitconfig"));
    await imported(clone);
    expect(existsSync(ran)).toBe(false);
  });

  test.runIf(process.getuid?.() === 0)("from a repository of another user", async () => {
    const clone = worktree();
    chownSync(clone, 12_345, 12_345);
    chownSync(join(clone, ".git"), 12_345, 12_345);
    expect((await imported(clone)).defaultBranch).toBe("main");
  });

  test("over http, with and without a password", async () => {
    await using open = await fetchServer(sample);
    expectWhole((await imported(`http://127.0.0.1:${open.port}/x.git`)).path);

    await using closed = await fetchServer(sample, "ada:s3cret@/");
    const source = `http://ada:s3cret%40%2F@127.0.0.1:${closed.port}/x.git`;
    const lines: string[] = [];
    const { path } = await imported(source, (line) => lines.push(line));
    expectWhole(path);
    expect(lines.join("\n")).not.toContain("s3cret");
    expect(readFileSync(join(path, "config"), "utf8")).not.toContain("ada");
  });

  test("over http fails in one line without the password", async () => {
    await using closed = await fetchServer(sample, "ada:right");
    const url = (user: string) => `http://${user}127.0.0.1:${closed.port}/x.git`;
    expect(await failure(url("ada:wr0ng@"))).toBe(`cannot import ${url("")}: Authentication failed for '${url("")}/'`);
    expect(await failure(url(""))).toBe(`cannot import ${url("")}: it asks for a user name and password`);
    expect(await failure(url("tok3n@"))).not.toContain("tok3n");
    const server = createHttpServer((_request, response) => response.writeHead(404).end());
    const port = await listen(server);
    expect(await failure(`http://127.0.0.1:${port}/x`)).toMatch(/^cannot import http:.* not found$/);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    expect(await failure(`http://127.0.0.1:${port}/x`)).toMatch(/^cannot import http:.*onnect/);
  });

  test("over ssh, without ever asking", async () => {
    // Stands in for ssh: it notes how it was called and runs the command here.
    const bin = sample.beside("bin");
    const log = sample.beside("ssh-arguments");
    mkdirSync(bin);
    writeFileSync(
      join(bin, "ssh"),
      `#!/bin/sh\nprintf '%s\\n' "$@" "$HOME" "$SSH_AUTH_SOCK" >> '${log}'\nfor last; do :; done\neval "$last"\n`,
    );
    chmodSync(join(bin, "ssh"), 0o755);
    vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
    vi.stubEnv("SSH_AUTH_SOCK", "/run/agent");
    for (const source of [`ssh://git:s3cret@example.com:2222${sample.path}`, `git@example.com:${sample.path}`]) {
      expectWhole((await imported(source)).path);
    }
    const called = readFileSync(log, "utf8");
    expect(called).toMatch(/^-oBatchMode=yes$/m);
    expect(called).toMatch(/^git@example\.com$/m);
    expect(called).toMatch(/^\/run\/agent$/m);
    expect(called).not.toContain("s3cret");
    writeFileSync(
      join(bin, "ssh"),
      "#!/bin/sh\necho 'git@example.com: Permission denied (publickey).' >&2\nexit 255\n",
    );
    expect(await failure("git@example.com:x")).toBe(
      "cannot import git@example.com:x: git@example.com: Permission denied (publickey).; Could not read from remote repository.",
    );
  });

  test("of what is no repository fails in one line, and leaves nothing", async () => {
    const directory = sample.beside("plain");
    mkdirSync(directory);
    writeFileSync(join(directory, "file"), "");
    const clone = worktree();
    mkdirSync(join(clone, "inside"));
    expect(await failure(`${directory}/none`)).toBe(`${directory}/none does not exist`);
    expect(await failure(`${directory}/file`)).toBe(`${directory}/file is not a directory`);
    expect(await failure(directory)).toBe(`${directory} is not a git repository`);
    expect(await failure(join(clone, "inside"))).toBe(`${join(clone, "inside")} is not a git repository`);
    const broken = worktree();
    writeFileSync(join(broken, ".git/refs/heads/broken"), `${"1".repeat(40)}\n`);
    expect(await failure(broken)).toMatch(/^cannot import [^\n]+$/);
    expect(readdirSync(sample.beside("imports")).filter((name) => name.startsWith("."))).toEqual([]);
    expect(readdirSync(sample.beside("imports"))).not.toContain(`${counter}.git`);
  });

  test("ends when it is aborted, and leaves nothing", async () => {
    // Accepts and never answers.
    const server = createServer(() => {});
    const port = await listen(server);
    const left = new AbortController();
    const destination = newDestination();
    const running = importRepository({ source: `http://127.0.0.1:${port}/x`, destination, signal: left.signal });
    const [socket] = await once(server, "connection");
    const closed = once(socket.resume(), "close");
    left.abort(new Error("the caller has left"));
    await expect(running).rejects.toThrow("the caller has left");
    await closed;
    server.close();
    expect(existsSync(destination)).toBe(false);
    expect(readdirSync(dirname(destination)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("to a place that is taken fails", async () => {
    const { path } = await imported(sample.path);
    await expect(importRepository({ source: sample.path, destination: path })).rejects.toMatchObject({
      code: "EEXIST",
    });
    expectWhole(path);
  });
});

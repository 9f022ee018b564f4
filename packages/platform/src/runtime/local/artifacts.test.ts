import { execFileSync } from "node:child_process";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainGit, plainGitBytes } from "../../git/testing/plain-git.ts";
import { StartError, type StepInput } from "../runtime.ts";
import { type LocalSteps, openLocalSteps } from "./testing/local-steps.ts";

let steps: LocalSteps;
beforeAll(async () => {
  steps = await openLocalSteps();
});
afterAll(() => steps[Symbol.asyncDispose]());

const fileInput = (path: string, text: string): StepInput => ({
  path,
  kind: "file",
  open: () => Readable.from([Buffer.from(text)]),
});

/** The names in an archive. */
function namesOf(archive: Buffer): readonly string[] {
  return execFileSync("tar", ["-tf", "-"], { input: archive, encoding: "utf8" }).trim().split("\n").sort();
}

describe("what a step left", () => {
  test("is a file, or a directory with all in it, if the step has made or changed something there", async () => {
    const step = await steps.start({
      commands: [
        "mkdir -p out/sub && echo made > out/sub/file && ln -s /etc/passwd out/link && chmod 755 out/sub/file",
        "echo more >> dir/inner.txt",
        "echo one > 'a file'",
        "ln -s out/sub alias",
      ],
    });
    await step.exited;
    const kinds = async (path: string) => (await step.output(path))?.kind;
    expect(await kinds("a file")).toBe("file");
    expect(await kinds("dir")).toBe("directory");
    expect(await kinds("dir/inner.txt")).toBe("file");
    expect(await kinds("alias/file")).toBe("file");
    for (const path of [
      "kept.txt",
      "missing",
      "",
      ".",
      "..",
      "../tree",
      ".git",
      ".git/config",
      "out/link",
      "/etc/passwd",
      "a\0b",
    ]) {
      expect([path, await kinds(path)]).toEqual([path, undefined]);
    }
    const file = await step.output("./out/sub/file");
    expect(String(file && (await buffer(file.open())))).toBe("made\n");
    const directory = await step.output("out");
    const archive = directory && (await buffer(directory.open()));
    expect(namesOf(archive ?? Buffer.alloc(0))).toEqual(["./", "./link", "./sub/", "./sub/file"]);
    await step.dispose();
  });

  test("includes that something was removed from a directory, and not that it was read", async () => {
    const step = await steps.start({ commands: ["cat kept.txt dir/*", "rm dir/inner.txt", "git status >/dev/null"] });
    await step.exited;
    expect((await step.output("dir"))?.kind).toBe("directory");
    expect(await step.output("kept.txt")).toBeUndefined();
    await step.dispose();
  });

  test("never leads out of the work tree", async () => {
    const step = await steps.start({
      commands: [
        "ln -s /etc escape",
        "ln -s ../../.. up",
        "ln -s .. dotdot",
        "ln -s $HOME home; touch $HOME/x",
        "ln -s loop loop",
        "mkfifo fifo",
      ],
    });
    await step.exited;
    for (const path of [
      "escape",
      "escape/passwd",
      "up",
      "up/agent.env",
      "dotdot",
      "home/x",
      "loop",
      "fifo",
      "dotdot/home",
    ]) {
      expect([path, await step.output(path)]).toEqual([path, undefined]);
    }
    await step.dispose();
  });

  test("of one step is in place for the next, instead of what was checked out, and is not its own work", async () => {
    const first = await steps.start({
      commands: [
        "mkdir -p dir/new; echo 1 > dir/new/x; rm dir/inner.txt; printf '#!/bin/sh\\necho ran' > run; chmod 755 dir/new/x",
      ],
    });
    await first.exited;
    const outputs = await Promise.all([first.output("dir"), first.output("run")]);
    const second = await steps.start({
      commands: ["find dir | sort", "test -x dir/new/x", "cat run deep/er/file", "git status --short"],
      inputs: [
        ...outputs.flatMap((output) => output ?? []),
        fileInput("deep/er/file", "deep\n"),
        fileInput("kept.txt", "other"),
      ],
    });
    expect(await second.exited).toMatchObject({ exitCode: 0 });
    expect(second.text()).toMatch(/^dir\ndir\/new\ndir\/new\/x\n#!\/bin\/sh\necho randeep\n/);
    expect(second.text()).toMatch(/ M kept.txt/);
    expect(await second.output("dir")).toBeUndefined();
    expect(await second.output("deep/er/file")).toBeUndefined();
    await Promise.all([first.dispose(), second.dispose()]);
  });
});

describe("an input", () => {
  test.each([
    "/etc/x",
    "../x",
    "a/../../x",
    ".git/hooks/x",
    ".GIT/config",
    "",
    ".",
    "link/x",
    "link/deep/x",
    "kept.txt/x",
  ])("at %j is refused", async (path) => {
    const head = "commit refs/heads/links\ncommitter A <a@b> 1700000001 +0000\ndata 1\nx\nfrom refs/heads/main^0\n";
    plainGitBytes(
      steps.repository,
      ["fast-import", "--quiet", "--force"],
      `${head}M 120000 inline link\ndata 4\n/tmp\n`,
    );
    const commit = plainGit(steps.repository, "rev-parse", "links");
    const error = await steps
      .start({ commands: [], commit, inputs: [fileInput(path, "x")] })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StartError);
    expect(String(error)).toMatch(/outside of the work tree|through a link/);
  });

  test("replaces a link that was checked out, and does not follow it", async () => {
    const commit = plainGit(steps.repository, "rev-parse", "links");
    const step = await steps.start({
      commands: ["cat link; test ! -L link"],
      commit,
      inputs: [fileInput("link", "file")],
    });
    expect(await step.exited).toMatchObject({ exitCode: 0 });
    await step.dispose();
  });

  test("that is no archive, or breaks off, is why the step does not start", async () => {
    const broken: StepInput = {
      path: "x",
      kind: "directory",
      open: () => Readable.from([Buffer.from("no archive".repeat(200))]),
    };
    const gone: StepInput = {
      path: "x",
      kind: "directory",
      open: () =>
        new Readable({
          read() {
            this.destroy(new Error("the store is gone"));
          },
        }),
    };
    for (const [input, message] of [
      [broken, /tar: .*archive/],
      [gone, /the store is gone/],
    ] as const) {
      await expect(steps.start({ commands: [], inputs: [input] })).rejects.toThrow(message);
    }
  });
});

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { podPrograms, programCommand, programVariable } from "../pod-programs.ts";

let root: string;
let waiting: ChildProcess;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "receive-"));
  await writeFile(join(root, "owner"), "");
  execFileSync("mkfifo", [join(root, "gate")]);
  waiting = spawn("cat", [join(root, "gate")], { stdio: "ignore" });
});
afterEach(async () => {
  waiting.kill();
  await rm(root, { recursive: true });
});

function start(program: keyof typeof podPrograms, ...args: readonly string[]) {
  const [shell = "", ...rest] = programCommand(...args);
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, [programVariable]: podPrograms[program] };
  return spawn(shell, rest, { env, stdio: ["pipe", "pipe", "pipe"] });
}

function frame(content: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(content.length);
  return Buffer.concat([header, content]);
}

async function archive(): Promise<Buffer> {
  const tree = join(root, "made");
  await mkdir(join(tree, "deep"), { recursive: true });
  await writeFile(join(tree, "deep", "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  await writeFile(join(tree, "-n ä"), "x".repeat(200_000));
  await symlink("/nowhere", join(tree, "link"));
  const tar = execFileSync("tar", ["-c", "-f", "-", "-C", tree, "."], { maxBuffer: 1 << 24 });
  await rm(tree, { recursive: true });
  return tar;
}

const empty = frame(Buffer.alloc(0));

test("a work tree in frames is put in place as a whole, and lets nothing begin before the word", async () => {
  const tar = await archive();
  const receiver = start("receive", root);
  // Cut in the middle of headers, too.
  const sent = Buffer.concat([frame(tar.subarray(0, 70_001)), frame(tar.subarray(70_001)), empty]);
  for (let at = 0; at < sent.length; at += 65_537) receiver.stdin.write(sent.subarray(at, at + 65_537));
  const [said] = await once(receiver.stdout, "data");
  expect((await readdir(root)).sort()).toEqual(["gate", "home", "owner", "time", "tmp", "tree"]);
  const tree = join(root, "tree");
  expect((await readdir(tree)).sort()).toEqual(["-n ä", "deep", "link"]);
  expect((await readFile(join(tree, "-n ä"))).length).toBe(200_000);
  expect([
    (await stat(join(tree, "deep", "run.sh"))).mode & 0o777,
    (await stat(join(root, "tmp"))).mode & 0o7777,
  ]).toEqual([0o755, 0o1777]);
  const begun = BigInt(String(said));
  for (const name of ["", "-n ä", "deep", "link"]) {
    expect((await lstat(join(tree, name), { bigint: true })).ctimeNs).toBeLessThanOrEqual(begun);
  }
  expect([waiting.exitCode, receiver.exitCode]).toEqual([null, null]);
  receiver.stdin.end(empty);
  expect(await once(waiting, "exit")).toEqual([0, null]);
  expect((await once(receiver, "exit"))[0]).toBe(0);

  // What has changed since is what is kept of it.
  const look = async (...names: readonly string[]) =>
    JSON.parse(await text(start("look", tree, String(begun), ...names).stdout));
  expect(await look("deep")).toBeNull();
  await writeFile(join(tree, "deep", "new"), "");
  expect(await look("deep")).toEqual({ kind: "directory", path: join(tree, "deep") });
  expect(await look("deep", "new")).toEqual({ kind: "file", path: join(tree, "deep", "new") });
  expect([await look("deep", "run.sh"), await look("link"), await look("none")]).toEqual([null, null, null]);
});

test("what breaks off is no work tree, and can be sent again", async () => {
  const tar = await archive();
  for (const part of [frame(tar).subarray(0, 100_000), frame(tar), frame(Buffer.from("no archive")), Buffer.alloc(2)]) {
    const receiver = start("receive", root);
    const errors = text(receiver.stderr);
    receiver.stdin.on("error", () => {});
    receiver.stdin.end(part);
    expect((await once(receiver, "exit"))[0]).not.toBe(0);
    expect(await errors).toMatch(/broke off/);
  }
  expect(waiting.exitCode).toBeNull();
  const receiver = start("receive", root);
  receiver.stdin.end(Buffer.concat([frame(tar), empty, empty]));
  expect((await once(receiver, "exit"))[0]).toBe(0);
  expect((await readdir(join(root, "tree"))).sort()).toEqual(["-n ä", "deep", "link"]);
});

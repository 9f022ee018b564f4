import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readFile, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../scripts/lib/build/paths.ts";

const module = join(root, "scripts/lib/host/host-changes.ts");

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "host-changes-test-"));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Changes the host: a directory, a process, and lines in a file when they are undone; then says so, and waits or goes on. */
const program = (log: string, end: string) => `
import { spawn } from "node:child_process";
import { HostChanges, quoted } from ${JSON.stringify(module)};
const changes = new HostChanges();
const directory = await changes.directory("host-changes-");
for (const word of ["first", "second's"]) changes.willUndo("echo " + quoted(word) + " >> " + quoted(${JSON.stringify(log)}));
const { pid } = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
changes.willUndo("end " + pid);
process.stdout.write(JSON.stringify({ directory, pid }) + "\\n");
${end}
`;

const forGood = "await new Promise(() => {});";

test.runIf(process.platform === "linux").each<[string, string, NodeJS.Signals | undefined, number | null]>([
  ["it is disposed of", "await changes[Symbol.asyncDispose]();", undefined, 0],
  ["it fails", 'throw new Error("on purpose");', undefined, 1],
  ["Ctrl-C", forGood, "SIGINT", 130],
  ["it is asked to end", forGood, "SIGTERM", 143],
  ["it is killed", forGood, "SIGKILL", null],
])("changes are undone, the last first, when %s", async (name, end, signal, code) => {
  const log = join(directory, name);
  const args = ["--import", "tsx", "--input-type=module", "--eval", program(log, end)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  // What undoes the changes has these pipes, too: they end with it.
  const [output] = await Promise.all([
    text(child.stdout.on("data", () => signal && child.kill(signal))),
    text(child.stderr),
  ]);
  const made = JSON.parse(output);
  expect((await exited)[0]).toBe(code);
  expect(await readFile(log, "utf8")).toBe("second's\nfirst\n");
  await expect(access(made.directory)).rejects.toThrow("ENOENT");
  // A zombie, which nobody may have reaped yet, has no program.
  await expect(readlink(`/proc/${made.pid}/exe`)).rejects.toThrow("ENOENT");
});

test.runIf(process.platform === "linux")("what cannot be undone is said, and the rest is undone", async () => {
  const log = join(directory, "failing");
  const args = ["--import", "tsx", "--input-type=module", "--eval"];
  const end = 'changes.willUndo("false # on purpose"); await changes[Symbol.asyncDispose]();';
  const child = spawn(process.execPath, [...args, program(log, end)], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(child, "exit");
  expect(await text(child.stderr)).toContain("cannot be undone: false # on purpose");
  expect((await exited)[0]).toBe(1);
  expect(await readFile(log, "utf8")).toBe("second's\nfirst\n");
});

/** A directory with nothing but these programs. */
async function pathOf(name: string, programs: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await mkdir(path);
  for (const program of programs) {
    for (const place of ["/bin", "/usr/bin"]) {
      const found = join(place, program);
      const isThere = await access(found).then(
        () => true,
        () => false,
      );
      if (isThere) await symlink(found, join(path, program)).catch(() => {});
    }
  }
  return path;
}

const needed = ["sh", "sleep", "rm", "seq", "readlink", "awk", "sort", "xargs", "umount"];

test.runIf(process.platform === "linux").each([
  { name: "what every system has is enough", programs: [...needed, "sed"], code: 0, undone: "second's\nfirst\n" },
  { name: "that nothing could be undone is a failure", programs: needed, code: 1, undone: undefined },
])("$name", async ({ name, programs, code, undone }) => {
  const log = join(directory, `log of ${name}`);
  const args = ["--import", "tsx", "--input-type=module", "--eval"];
  const child = spawn(process.execPath, [...args, program(log, "await changes[Symbol.asyncDispose]();")], {
    cwd: root,
    env: { ...process.env, PATH: await pathOf(name, programs) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  const made = JSON.parse(await text(child.stdout));
  expect((await exited)[0]).toBe(code);
  await expect(readFile(log, "utf8").catch(() => undefined)).resolves.toBe(undone);
  if (undone !== undefined) return;
  process.kill(made.pid);
  await rm(made.directory, { recursive: true });
});

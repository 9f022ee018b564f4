import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { chmod, chown, lstat, mkdir, mkdtemp, open, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

// Run by Node.js in the pod of a step, on its own: it imports nothing but what Node.js brings.
//
// Standard input is frames: their length in 4 bytes, and so many bytes. An empty one ends the work tree's tar archive.
// When all is in place, it prints the time since when changes are the step's, in nanoseconds. Another empty frame then
// lets the step begin. Input that breaks off makes it fail, and it can be run again.

const root = process.argv[1] ?? "/platform";

async function* frames(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(4);
  let headerLength = 0;
  let missing = 0;
  for await (let chunk of input) {
    while (chunk.length > 0) {
      if (missing === 0) {
        const copied = chunk.copy(header, headerLength);
        headerLength += copied;
        chunk = chunk.subarray(copied);
        if (headerLength < header.length) continue;
        headerLength = 0;
        missing = header.readUInt32BE();
        if (missing === 0) yield Buffer.alloc(0);
      } else {
        const part = chunk.subarray(0, missing);
        missing -= part.length;
        chunk = chunk.subarray(part.length);
        yield part;
      }
    }
  }
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const [code] = await once(spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] }), "close");
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}

/** Unpacks the frames up to the first empty one. */
async function unpack(input: AsyncGenerator<Buffer>, directory: string): Promise<void> {
  const tar = spawn("tar", ["-x", "-p", "-o", "-f", "-", "-C", directory], { stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(tar, "close");
  tar.stdin.on("error", () => {});
  for (;;) {
    const { value, done } = await input.next();
    if (done === true) throw new Error("the work tree broke off");
    if (value.length === 0) break;
    if (!tar.stdin.write(value)) await Promise.race([once(tar.stdin, "drain"), ended]);
  }
  tar.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
}

/** After this time by the file system's clock, which may stand still for some milliseconds, and not before. */
async function fileTime(): Promise<bigint> {
  const file = join(root, "time");
  const changed = async () => (await lstat(file, { bigint: true })).ctimeNs;
  await writeFile(file, "");
  const time = await changed();
  while ((await changed()) === time) {
    await delay(1);
    await utimes(file, 0, 0);
  }
  return time;
}

/** Lets the container that waits for it go on. */
async function release(): Promise<void> {
  const gate = await open(join(root, "gate"), constants.O_WRONLY);
  await gate.close();
}

// A file that the step's own image has made as its user.
const { uid, gid } = await lstat(join(root, "owner"));
const input = frames(process.stdin);
const tree = await mkdtemp(join(root, "incoming-"));
await unpack(input, tree);
await chmod(tree, 0o755);
await run("chown", "-R", "-h", `${uid}:${gid}`, tree);
for (const name of ["tree", "home", "tmp"]) await rm(join(root, name), { recursive: true, force: true });
await rename(tree, join(root, "tree"));
for (const [name, mode] of [
  ["home", 0o755],
  ["tmp", 0o1777],
] as const) {
  await mkdir(join(root, name));
  await chmod(join(root, name), mode);
  await chown(join(root, name), uid, gid);
}
process.stdout.write(`${await fileTime()}\n`);
const { done } = await input.next();
if (done === true) throw new Error("nobody said that the step may begin");
await release();
process.exit(0);

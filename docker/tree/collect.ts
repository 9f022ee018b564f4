import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { interpreterOf, setInterpreter } from "./elf.ts";
import { confineLoader } from "./loader.ts";

/**
 * Makes the part of /opt/agent that comes from a Debian system with Node: programs with their libraries and their loader,
 * which run in any image. To be run in such a system, with pairs of what to take and where to put it below /opt/agent:
 *
 *   collect.ts PROGRAM|DIRECTORY TARGET ...
 */
const tree = "/opt/agent";
const loader = `${tree}/lib/ld.so`;

/** Of the C library, those that programs are linked to. */
const parts = [
  "libc.so.6",
  "libdl.so.2",
  "libm.so.6",
  "libpthread.so.0",
  "libresolv.so.2",
  "librt.so.1",
  "libutil.so.1",
];

const collected = new Set<string>();

function add(source: string, target: string): void {
  if (statSync(source).isDirectory()) addDirectory(source, target);
  else addProgram(source, target);
}

function addDirectory(source: string, target: string): void {
  mkdirSync(join(tree, target), { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), join(tree, to));
    else add(from, to);
  }
}

/** Puts a program into the tree, with its libraries. One that names no loader is static or a script, and just copied. */
function addProgram(source: string, target: string): void {
  const bytes = readFileSync(source);
  const interpreter = interpreterOf(bytes);
  if (interpreter !== undefined) {
    setInterpreter(bytes, loader);
    addLoader(realpathSync(interpreter));
    for (const library of librariesOf(source)) addLibrary(library);
  }
  write(target, bytes);
  collected.add(source);
}

/** With it all of the C library, which is in parts that must fit each other. */
function addLoader(path: string): void {
  if (existsSync(loader)) return;
  const bytes = readFileSync(path);
  confineLoader(bytes, basename(dirname(path)), dirname(loader));
  write("lib/ld.so", bytes);
  collected.add(path);
  for (const name of parts) addLibrary(join(dirname(path), name));
}

/** The files of everything that a program is linked to, directly or not, without the loader. */
function librariesOf(program: string): string[] {
  const lines = execFileSync("ldd", [program], { encoding: "utf8" }).split("\n");
  const missing = lines.find((line) => line.includes("not found"));
  if (missing !== undefined) throw new Error(`${program}: ${missing.trim()}`);
  return lines.flatMap((line) => /^\s*(?!.*\/ld-linux)\S+ => (\/\S+)/.exec(line)?.[1] ?? []);
}

function addLibrary(path: string): void {
  write(`lib/${basename(path)}`, readFileSync(path));
  collected.add(realpathSync(path));
}

function write(target: string, bytes: Buffer): void {
  const path = join(tree, target);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
}

/** The terms of the packages that the files come from go with them. */
function addCopyrights(): void {
  for (const file of collected) {
    const owner = packageOf(file);
    const copyright = `/usr/share/doc/${owner}/copyright`;
    if (owner !== undefined && existsSync(copyright)) cpSync(copyright, join(tree, "share/doc", owner, "copyright"));
  }
}

/** Debian's package of a file; undefined when it comes from elsewhere. */
function packageOf(file: string): string | undefined {
  // Where /lib is /usr/lib, the package says the one or the other.
  for (const path of [file, file.replace(/^\/usr/, ""), `/usr${file}`]) {
    try {
      return execFileSync("dpkg-query", ["--search", path], { encoding: "utf8", stdio: "pipe" }).split(":", 1)[0];
    } catch {
      // Not under this path.
    }
  }
  return undefined;
}

const pairs = process.argv.slice(2);
for (let index = 0; index < pairs.length; index += 2) add(pairs[index] ?? "", pairs[index + 1] ?? "");
addCopyrights();

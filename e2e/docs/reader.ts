import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { build } from "../../scripts/lib/build/build.ts";
import { root } from "../../scripts/lib/build/paths.ts";
import { normalized } from "../../scripts/lib/docs/commands.ts";
import { freePort } from "../../scripts/lib/host/free-port.ts";
import { writeShellAgent } from "../lib/shell-agent.ts";
import { Terminal } from "../lib/terminal.ts";

/** How long a block may take, in milliseconds: an agent at work takes longest. */
const PATIENCE = 180_000;

const manifest = z.object({ scripts: z.record(z.string(), z.string()) });

/** Somebody at a machine of their own who follows documents in a clone of this repository. */
export class Reader implements AsyncDisposable {
  /** Where the clone is. */
  readonly clone: string;
  readonly home: string;
  readonly #root: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #listen: string;
  #terminal: Terminal;
  #serving: ChildProcess | undefined;

  private constructor(directory: string, listen: string) {
    this.#root = directory;
    this.clone = join(directory, "clone");
    this.home = join(directory, "home");
    this.#listen = listen;
    this.#env = {
      PATH: `${join(directory, "bin")}:${process.env.PATH}`,
      HOME: this.home,
      TMPDIR: join(directory, "tmp"),
      ...{ GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" },
      ...{ GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" },
      ...{ PLATFORM_LISTEN: listen, PLATFORM_APPS_LISTEN: "127.0.0.1:0" },
    };
    this.#terminal = new Terminal({ cwd: this.clone, env: this.#env });
  }

  static async create(): Promise<Reader> {
    const directory = await mkdtemp(join(tmpdir(), "reader-"));
    for (const name of ["clone", "home", "tmp"]) await mkdir(join(directory, name));
    await writeShellAgent(join(directory, "bin"), join(directory, "agents"), 20);
    await writePrograms(join(directory, "bin"));
    const { outDir } = await build();
    await symlink(outDir, join(directory, "clone", "dist"));
    return new Reader(directory, `127.0.0.1:${await freePort("127.0.0.1")}`);
  }

  /** Where the platform keeps everything. */
  get dataDirectory(): string {
    return join(this.clone, ".platform");
  }

  /** Begins another document, in another terminal. */
  async turnTo(): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
    this.#terminal = new Terminal({ cwd: this.clone, env: this.#env });
  }

  /**
   * Enters commands and gives what they print. What serves keeps its terminal until something else is served; what
   * comes then is entered in another one. @throws when a command fails
   */
  async enter(commands: string): Promise<string> {
    const here = commands.replaceAll("127.0.0.1:8080", this.#listen);
    if (/^pnpm (?:--silent )?(?:platform )?start\b/.test(normalized(here))) {
      const printed = await this.#serve(here);
      await this.turnTo();
      return printed;
    }
    const ended = this.#terminal.enter(here);
    const late = delay(PATIENCE, undefined, { ref: false }).then(() => {
      throw new Error(`this takes too long:\n${commands}`);
    });
    return await Promise.race([ended, late]);
  }

  async #serve(command: string): Promise<string> {
    await this.#stop();
    const child = spawn("sh", ["-ec", `exec ${command.trim()}`], {
      cwd: this.clone,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#serving = child;
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    const isReady = async () =>
      command.includes("platform start")
        ? await fetch(`http://${this.#listen}/readyz`).then(
            ({ ok }) => ok,
            () => false,
          )
        : printed.includes("Ctrl-C stops");
    while (!(await isReady())) {
      if (child.exitCode !== null) throw new Error(`this has ended:\n${command}\n${printed}`);
      await delay(50);
    }
    return printed;
  }

  /** What Ctrl-C does. */
  async #stop(): Promise<void> {
    const child = this.#serving;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGINT");
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
    await this.#stop();
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** In the place of npx and pnpm, which would ask a registry: the workspace's scripts, under the Node of the tests. */
async function writePrograms(directory: string): Promise<void> {
  const { scripts } = manifest.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  const tsx = createRequire(join(root, "package.json")).resolve("tsx");
  const cases = Object.entries(scripts).flatMap(([name, script]) => {
    const file = /^tsx (\S+)$/.exec(script)?.[1];
    return file === undefined ? [] : [`${name}) file='${join(root, file)}' ;;`];
  });
  const pnpm = `#!/bin/sh
silent=
if [ "$1" = --silent ]; then silent=1; shift; fi
case "$1" in
${cases.join("\n")}
*) echo "there is no script $1" >&2; exit 1 ;;
esac
# It says what it runs, so that only what is silent can be used in place of its output.
[ -n "$silent" ] || echo "$ $1"
shift
exec '${process.execPath}' --import '${tsx}' "$file" "$@"
`;
  const npx = `#!/bin/sh\ncase "$1 $2" in "--yes pnpm@"*) shift 2; exec pnpm "$@" ;; esac\nexit 1\n`;
  for (const [name, text] of Object.entries({ pnpm, npx })) {
    await writeFile(join(directory, name), text);
    await chmod(join(directory, name), 0o755);
  }
}

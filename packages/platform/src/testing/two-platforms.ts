import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { layoutOf } from "../db/embedded/layout.ts";
import { readPostmasterFile } from "../db/embedded/server.ts";
import { type OpenDatabase, openDatabase } from "../db/open.ts";
import { recordRefUpdates } from "../git/refs/record-ref-updates.ts";
import type { WorkTree } from "../git/testing/work-tree.ts";
import { PlatformProcess } from "../pipelines/testing/platform-process.ts";

const run = promisify(execFile);

interface Options {
  /** How long a claim lasts, in milliseconds; what is not shown alive ends by itself after two thirds of it. */
  readonly lease: number;
  /** Added to the environment of both. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Two platforms in processes of their own, on one PostgreSQL server and one data directory. */
export class TwoPlatforms implements AsyncDisposable {
  /** Where files of the test can be; removed with it. */
  readonly root: string;
  /** The database that both use. */
  readonly shared: OpenDatabase;
  readonly #server: OpenDatabase;
  readonly #env: Readonly<Record<string, string>>;
  readonly #lease: number;
  readonly #platforms: PlatformProcess[] = [];

  private constructor(parts: {
    root: string;
    server: OpenDatabase;
    shared: OpenDatabase;
    env: Readonly<Record<string, string>>;
    lease: number;
    first: PlatformProcess;
  }) {
    this.root = parts.root;
    this.shared = parts.shared;
    this.#server = parts.server;
    this.#env = parts.env;
    this.#lease = parts.lease;
    this.#platforms.push(parts.first);
  }

  static async start({ lease, env: more = {} }: Options): Promise<TwoPlatforms> {
    const root = await mkdtemp(join(tmpdir(), "two-platforms-"));
    const server = await openDatabase({ url: undefined, dataDirectory: join(root, "server") });
    await server.pool.query("create role operator login password 'secret'");
    await server.pool.query("create database shared owner operator");
    const { socketDirectory } = (await readPostmasterFile(layoutOf(join(root, "server")))) ?? {};
    const url = `postgres://operator:secret@/shared?host=${socketDirectory}`;
    const dataDirectory = join(root, "data");
    const listening = { PLATFORM_LISTEN: "127.0.0.1:0", PLATFORM_DATA: dataDirectory, PLATFORM_LOG_LEVEL: "fatal" };
    const env = { ...listening, DATABASE_URL: url, ...more };
    const first = await PlatformProcess.start(env, lease);
    const shared = await openDatabase({ url, dataDirectory });
    return new TwoPlatforms({ root, server, shared, env, lease, first });
  }

  /** Both, started as far as they do not run. */
  async both(): Promise<readonly [PlatformProcess, PlatformProcess]> {
    while (this.#platforms.length < 2) this.#platforms.push(await PlatformProcess.start(this.#env, this.#lease));
    const [first, second] = this.#platforms;
    if (first === undefined || second === undefined) throw new Error("there are two");
    return [first, second];
  }

  /** kill -9 for the second. */
  async killSecond(): Promise<void> {
    const [, second] = await this.both();
    await second.kill();
    this.#platforms.pop();
  }

  /** A project with what a repository holds; gives its id. */
  async addProject(name: string, tree: WorkTree): Promise<string> {
    const { db } = this.shared;
    const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
    const row = { owner_id: admin.id, name };
    const { id } = await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow();
    const bare = join(this.root, "data", "repositories", `${id}.git`);
    await run("git", ["clone", "--quiet", "--bare", tree.path, bare]);
    await db.transaction().execute((transaction) => recordRefUpdates(transaction, { path: bare }, id));
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const platform of this.#platforms) await platform.close();
    await this.shared.close();
    await this.#server.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

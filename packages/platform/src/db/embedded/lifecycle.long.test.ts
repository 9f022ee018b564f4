import { access, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { DataDirectoryBusyError, type OpenDatabase, openDatabase } from "../open.ts";
import { openSandbox, postmasterPid, type Sandbox } from "../testing/sandbox.ts";
import { WriterProcess } from "../testing/writer-process.ts";
import { layoutOf } from "./layout.ts";
import { processesMarked } from "./process-table.ts";
import { markerOf } from "./server.ts";
import { stopAbandoned } from "./stop-abandoned.ts";
import { until } from "./until.ts";

let sandbox: Sandbox;
/** A database that is made once, for the tests that are not about its making; each leaves it closed. */
let existing: string;
beforeAll(async () => {
  sandbox = await openSandbox();
  existing = sandbox.dataDirectory("existing");
  await (await open(existing)).close();
});
afterEach(async () => expect(await sandbox.leftovers()).toEqual([]));
afterAll(() => sandbox.remove());

async function open(
  dataDirectory: string,
  mode: "owner" | "guest" = "owner",
): Promise<OpenDatabase & { events: string[] }> {
  const events: string[] = [];
  const options = { mode, onEvent: ({ kind }: { kind: string }) => events.push(kind) };
  return { ...(await openDatabase({ url: undefined, dataDirectory }, options)), events };
}

async function numbers(database: OpenDatabase): Promise<unknown> {
  return (await database.pool.query("SELECT array_agg(n ORDER BY n) AS numbers FROM numbers")).rows[0].numbers;
}

describe("the embedded database", () => {
  test("is made once, keeps its rows, and is private", async () => {
    const dataDirectory = sandbox.dataDirectory();
    const first = await open(dataDirectory);
    await first.pool.query("CREATE TABLE numbers AS SELECT 1 AS n");
    await first.close();
    await first.close();
    const second = await open(dataDirectory);
    expect(await numbers(second)).toEqual([1]);
    await second.close();
    expect([first.events, second.events]).toEqual([["initialising", "starting"], ["starting"]]);
    const { postgres, data, log, password } = layoutOf(dataDirectory);
    const modes = await Promise.all(
      [postgres, data, log, password].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  test.each([
    [
      "over 200 characters deep",
      Array.from({ length: 8 }, (_, depth) => `directory-${depth}-${"x".repeat(20)}`).join("/"),
    ],
    ["with spaces, quotes and non-ASCII characters", "Plätze für 'Ünïcode' \"日本\" $HOME, a=b"],
  ])("works in a directory %s", async (_, name) => {
    const dataDirectory = sandbox.dataDirectory(name);
    const database = await open(dataDirectory);
    expect((await database.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  test("ignores PG* variables meant for other servers", async () => {
    const hostile = {
      PGHOST: "nowhere.invalid",
      PGUSER: "x",
      PGPASSWORD: "x",
      PGSSLMODE: "require",
      PGOPTIONS: "-c bad=1",
    };
    for (const [name, value] of Object.entries({ ...hostile, PGDATA: "/nonexistent", PGPORT: "1" })) {
      vi.stubEnv(name, value);
    }
    try {
      const database = await open(existing);
      expect((await database.pool.query("SELECT current_user AS name")).rows).toEqual([{ name: "platform" }]);
      await database.close();
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("is adopted alive after its owner was killed", async () => {
    const writer = new WriterProcess(existing);
    await writer.opened();
    const pid = await postmasterPid(existing);
    await writer.kill();
    const database = await open(existing);
    expect(database.events).toEqual(["adopted"]);
    expect(await postmasterPid(existing)).toBe(pid);
    await database.close();
  });

  test("is watched when adopted: killed then, it is restarted", async () => {
    const writer = new WriterProcess(existing);
    await writer.opened();
    await writer.kill();
    const database = await open(existing);
    process.kill(await postmasterPid(existing), "SIGKILL");
    expect(await until(() => database.events.includes("restarted"), 20_000)).toBe(true);
    expect((await database.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  test("when killed makes new queries wait, and fails only those under way", async () => {
    const database = await open(existing);
    const underWay = database.pool.query("SELECT pg_sleep(60)").then(
      () => "answered",
      () => "failed",
    );
    const client = await database.pool.connect();
    process.kill(await postmasterPid(existing), "SIGKILL");
    expect(await underWay).toBe("failed");
    // Between two statements of a transaction: only the next one may fail.
    await expect(client.query("SELECT 1")).rejects.toThrow();
    client.release(true);
    const answers = await Promise.all(Array.from({ length: 30 }, () => database.pool.query("SELECT 1 AS one")));
    expect(answers.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 30 }, () => ({ one: 1 })));
    await database.close();
  });

  test("comes back when its socket's directory was swept away, with its owner alive and killed", async () => {
    const sweep = async () => rm((await readFile(layoutOf(existing).socketRecord, "utf8")).trim(), { recursive: true });
    const writer = new WriterProcess(existing);
    await writer.opened();
    await sweep();
    process.kill(await postmasterPid(existing), "SIGKILL");
    await writer.waitFor("the restart", () => writer.events.includes("restarted"));
    await sweep();
    await writer.kill();
    const database = await open(existing);
    expect((await database.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  test("is stopped after its owner was killed, when that is asked for, and only then", async () => {
    expect(await stopAbandoned(sandbox.dataDirectory())).toBeUndefined();
    const writer = new WriterProcess(existing);
    await writer.opened();
    expect(await stopAbandoned(existing)).toBeUndefined();
    const pid = await postmasterPid(existing);
    await writer.kill();
    expect(await stopAbandoned(existing)).toBe(pid);
    expect(await sandbox.leftovers()).toEqual([]);
    expect(await stopAbandoned(existing)).toBeUndefined();
  });

  test("closes while it is being restarted", async () => {
    const database = await open(existing);
    process.kill(await postmasterPid(existing), "SIGKILL");
    expect(await until(() => database.events.includes("died"), 20_000)).toBe(true);
    await database.close();
  });

  test("closes although a connection was never given back", async () => {
    const database = await open(existing);
    await database.pool.connect();
    await database.close();
  });

  test.each(["the platform", "the platform and initdb"])(
    "is made anew when %s is killed amid its making",
    async (who) => {
      const dataDirectory = sandbox.dataDirectory();
      const layout = layoutOf(dataDirectory);
      const writer = new WriterProcess(dataDirectory);
      const begun = () =>
        access(join(`${layout.data}.new`, "global")).then(
          () => true,
          () => false,
        );
      expect(await until(begun, 20_000, 1)).toBe(true);
      await writer.kill();
      if (who.endsWith("initdb")) {
        for (const { pid } of await processesMarked(await markerOf(layout))) {
          // One that has ended by itself meanwhile.
          try {
            process.kill(pid, "SIGKILL");
          } catch (error) {
            expect(error).toMatchObject({ code: "ESRCH" });
          }
        }
      }
      const database = await open(dataDirectory);
      expect(database.events[0]).toBe("initialising");
      await database.close();
      await expect(access(`${layout.data}.new`)).rejects.toThrow("ENOENT");
    },
  );
});

describe("the owner", () => {
  test("is one: a second one is told who, where and what to do", async () => {
    const writer = new WriterProcess(existing);
    await writer.opened();
    const error: unknown = await open(existing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataDirectoryBusyError);
    expect(String(error)).toContain(`process ${writer.child.pid}) already runs on ${existing}: run "stop" first`);
    await writer.close();
  });

  test("is one of several that start at once, on a database still to be made", async () => {
    const dataDirectory = sandbox.dataDirectory();
    const writers = Array.from({ length: 4 }, () => new WriterProcess(dataDirectory));
    await Promise.all(writers.map(({ settled }) => settled));
    const winners = writers.filter(({ ready }) => ready !== undefined);
    const losers = writers.filter(({ failed }) => failed?.name === "DataDirectoryBusyError");
    expect([winners.length, losers.length]).toEqual([1, 3]);
    await Promise.all(winners.map((writer) => writer.close()));
  });

  test.each([
    ["of another name", "important", 0o700],
    ["that others may enter", "platform-mcp-0123456789ab", 0o755],
    ["behind a link", "platform-mcp-ba9876543210", undefined],
  ])("does not take a directory %s for its socket's, and leaves it alone", async (_, name, mode) => {
    const first = await open(existing);
    await first.close();
    const other = join(sandbox.root, name);
    await (mode === undefined ? symlink(sandbox.root, other) : mkdir(other, { mode }));
    await writeFile(layoutOf(existing).socketRecord, other);
    const second = await open(existing);
    const { rows } = await second.pool.query("SHOW unix_socket_directories");
    expect(rows[0].unix_socket_directories).not.toContain(other);
    await second.close();
    await access(other);
  });
});

describe("a guest", () => {
  test("uses the running platform's database and leaves it running", async () => {
    const owner = new WriterProcess(existing);
    await owner.opened();
    const guest = await open(existing, "guest");
    await guest.pool.query("CREATE TABLE numbers AS SELECT 7 AS n");
    await guest.close();
    const again = await open(existing, "guest");
    expect(await numbers(again)).toEqual([7]);
    await again.close();
    expect([guest.events, again.events]).toEqual([[], []]);
    await owner.close();
  });

  test("waits for a platform that is about to serve", async () => {
    const dataDirectory = sandbox.dataDirectory();
    const owner = new WriterProcess(dataDirectory);
    await owner.waitFor("its start", () => owner.events.includes("initialising"));
    const guest = await open(dataDirectory, "guest");
    expect(guest.events).toEqual([]);
    await guest.close();
    await owner.close();
  });

  test("without a platform owns the database until it closes it, and others wait for that", async () => {
    const first = await open(existing, "guest");
    const guest = new WriterProcess(existing, "guest");
    const owner = new WriterProcess(existing, "owner");
    await Promise.all(
      [guest, owner].map((writer) => writer.waitFor("its turn", () => writer.events.includes("waiting"))),
    );
    await first.close();
    // Whichever of them comes first, the guest gets to work.
    await guest.opened();
    await guest.close();
    await owner.opened();
    await owner.close();
  });

  test("takes over when the platform dies before it serves", async () => {
    const dataDirectory = sandbox.dataDirectory();
    const owner = new WriterProcess(dataDirectory);
    await owner.waitFor("its start", () => owner.events.includes("initialising"));
    const opening = open(dataDirectory, "guest");
    await owner.kill();
    const guest = await opening;
    expect((await guest.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await guest.close();
  });
});

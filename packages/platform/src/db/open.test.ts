import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layoutOf } from "./embedded/layout.ts";
import { connectionTo, readPostmasterFile } from "./embedded/server.ts";
import { DatabaseStartError, type OpenDatabase, openDatabase } from "./open.ts";
import { openSandbox, type Sandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
let embedded: OpenDatabase | undefined;
let password: string;
let socketDirectory: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  const dataDirectory = sandbox.dataDirectory();
  embedded = await openDatabase({ url: undefined, dataDirectory });
  const layout = layoutOf(dataDirectory);
  socketDirectory = (await readPostmasterFile(layout))?.socketDirectory ?? "";
  password = String((await connectionTo(layout, socketDirectory)).password);
});
afterAll(async () => {
  await embedded?.close();
  await sandbox.remove();
});

function open(url: string): Promise<OpenDatabase> {
  return openDatabase({ url, dataDirectory: "/nonexistent" });
}

async function failure(url: string): Promise<string> {
  const error: unknown = await open(url).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseStartError);
  const message = error instanceof Error ? error.message : "";
  expect(message).not.toContain("\n");
  return message;
}

describe("DATABASE_URL", () => {
  test("opens that server, and reads rows as they go to the wire", async () => {
    const { pool, close } = await open(`postgres://platform:${password}@/postgres?host=${socketDirectory}`);
    const { rows } = await pool.query(
      "SELECT '2026-02-23 08:15:41.123456+01'::timestamptz AS at, count(*), '2026-02-23'::date AS day",
    );
    await close();
    expect(rows).toEqual([{ at: "2026-02-23T07:15:41.123456Z", count: 1, day: "2026-02-23" }]);
  });

  test("with a wrong password says so, without the password", async () => {
    const message = await failure(`postgres://platform:s3cret@/postgres?host=${socketDirectory}`);
    expect(message).toContain("password authentication failed");
    expect(message).not.toContain("s3cret");
  });

  test("of a server that is not there names it, without the password", async () => {
    const message = await failure("postgres://platform:s3cret@127.0.0.1:1/platform");
    expect(message).toContain("127.0.0.1:1/platform");
    expect(message).toContain("ECONNREFUSED");
    expect(message).not.toContain("s3cret");
  });

  test.each(["nonsense s3cret", "http://u:s3cret@host/", "postgres://u:s3c#ret@host:x/db"])(
    "that is none (%s) says what one looks like, without what was given",
    async (url) => {
      const message = await failure(url);
      expect(message).toContain("postgres://user:password@host:5432/database");
      expect(message).not.toMatch(/s3c/);
    },
  );

  test("of a server that is too old says which version is needed", async () => {
    const { port, close } = await startOldServer();
    expect(await failure(`postgres://u:p@127.0.0.1:${port}/db`)).toContain("PostgreSQL 14: 15 or newer");
    await close();
  });
});

/** Speaks just enough of the protocol to be PostgreSQL 14, which cannot be had here. */
async function startOldServer(): Promise<{ port: number; close(): Promise<void> }> {
  const message = (type: string, ...parts: (number[] | string)[]) => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(typeof part === "string" ? `${part}\0` : part)));
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeUInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const idle = message("Z", [0x49]);
  const version = "140005";
  const column = [0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0];
  const server = createServer((socket) => {
    socket.once("data", () => {
      socket.write(Buffer.concat([message("R", [0, 0, 0, 0]), idle]));
      socket.on("data", (query) => {
        if (query.toString("latin1", 0, 1) === "Q") {
          const row = message("D", [0, 1, 0, 0, 0, version.length], [...Buffer.from(version)]);
          const described = message("T", [0, 1], "server_version_num", column);
          socket.write(Buffer.concat([described, row, message("C", "SHOW"), idle]));
        }
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

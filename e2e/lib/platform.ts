import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importProject, issueToken, readPlatformConfig, startPlatform } from "@platform-mcp/platform";
import { prepareData } from "@platform-mcp/platform/testing/prepared-data";

type Logger = Parameters<typeof startPlatform>[1];

/** The platform's own logging library, which is no dependency of the tests. */
const silent: Logger = createRequire(import.meta.resolve("@platform-mcp/platform"))("pino")({ level: "silent" });

/** The user who owns what tests import and whose tokens they use. */
const owner = "admin";

/** A project that a test imported. */
export interface TestProject {
  readonly id: string;
  readonly name: string;
}

interface TokenRequest {
  /** Whose token it is; the owner's by default. */
  readonly user?: string;
  /** What the token may do; empty means all that its owner may. */
  readonly scopes: readonly string[];
  /** The id of the one project that it is good for; any project without it. */
  readonly project?: string | undefined;
  /** Negative makes a token that has expired. */
  readonly expiresInDays?: number;
}

/** A real platform in this process, with its data in a temporary directory. */
export interface TestPlatform extends AsyncDisposable {
  readonly url: string;
  tokenFor(request: TokenRequest): Promise<string>;
  /** Adds somebody who may write to every project; gives their id. */
  addDeveloper(name: string): Promise<string>;
  /** What time it is for the database, by whose clock everything ends; RFC 3339. */
  databaseTime(): Promise<string>;
  /** Imports a git repository from a local path or URL as a new private project. */
  importRepository(source: string, name: string): Promise<TestProject>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** Starts a platform on a free port of loopback; it shares nothing with any other. */
export async function startTestPlatform(): Promise<TestPlatform> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "test-platform-"));
  const config = readPlatformConfig({
    PLATFORM_LISTEN: "127.0.0.1:0",
    PLATFORM_DATA: dataDirectory,
    PLATFORM_LOG_LEVEL: "silent",
  });
  await prepareData(dataDirectory);
  const removeData = () => rm(dataDirectory, { recursive: true, force: true });
  const platform = await startPlatform(config, silent).catch(async (error: unknown) => {
    await removeData();
    throw error;
  });
  const close = async () => {
    await platform.close();
    await removeData();
  };
  return {
    url: platform.url,
    async tokenFor({ user = owner, scopes, project, expiresInDays = 1 }) {
      const { id: userId } = await platform.db
        .selectFrom("users")
        .where("name", "=", user)
        .select("id")
        .executeTakeFirstOrThrow();
      const projectId = project ?? null;
      return (await issueToken(platform.db, { userId, name: "test", scopes, projectId, expiresInDays })).token;
    },
    async addDeveloper(name) {
      const { db } = platform;
      const role = await db.selectFrom("roles").where("name", "=", "developer").select("id").executeTakeFirstOrThrow();
      const user = { name, email: `${name}@example.test`, user_type: "human" } as const;
      const { id } = await db.insertInto("users").values(user).returning("id").executeTakeFirstOrThrow();
      await db.insertInto("user_roles").values({ user_id: id, role_id: role.id, project_id: null }).execute();
      return id;
    },
    async databaseTime() {
      const clock = platform.db.selectNoFrom((eb) => eb.fn<string>("clock_timestamp", []).as("now"));
      return (await clock.executeTakeFirstOrThrow()).now;
    },
    async importRepository(source, name) {
      const request = { source, name, owner, visibility: "private", onProgress: () => {} } as const;
      const { id } = await importProject(platform.db, platform.repositories, request);
      return { id, name };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Permission } from "@platform-mcp/client/contract";
import { pino } from "pino";
import { insertDelegation } from "../access/delegation-queries.ts";
import { insertRole, replacePermissions } from "../access/role-queries.ts";
import { issueToken } from "../access/tokens.ts";
import { readPlatformConfig } from "../config.ts";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { type Platform, startPlatform } from "../platform.ts";
import { adminPassword, prepareData } from "./prepared-data.ts";

export { adminPassword };

interface TokenOptions {
  readonly user: string;
  readonly scopes?: readonly string[];
  readonly project?: string;
  /** Negative makes a token that has expired. */
  readonly expiresInDays?: number;
}

interface LoanOptions {
  readonly from: string;
  readonly to: string;
  readonly permission: Permission;
  readonly project?: string;
  /** Negative makes one that has expired; without it, it never does. */
  readonly expiresInSeconds?: number;
}

/** A real platform in this process on a temporary data directory, with what tests need to populate it. */
export interface TestPlatform extends Platform, AsyncDisposable {
  readonly dataDirectory: string;
  /** Makes a user and gives their id. */
  addUser(
    name: string,
    roles?: readonly { readonly role: string; readonly project?: string }[],
    type?: UserRow["user_type"],
  ): Promise<string>;
  /** Makes a role and gives its id. */
  addRole(name: string, permissions: readonly Permission[]): Promise<string>;
  /** Lends a permission, by names, whether or not that is allowed; gives the delegation's id. */
  lend(loan: LoanOptions): Promise<string>;
  /** The id of a user or role by its name. */
  idOf(table: "users" | "roles", name: string): Promise<string>;
  addProject(owner: string, name: string, visibility?: "private" | "internal" | "public"): Promise<string>;
  token(options: TokenOptions): Promise<string>;
  /** A request as somebody with this token, or with none. */
  request(path: string, token?: string, init?: RequestInit): Promise<Response>;
  /** A request with a JSON body, and what it answers. */
  send(
    method: string,
    path: string,
    token?: string,
    body?: unknown,
  ): Promise<{ status: number; body: ReturnType<JSON["parse"]> }>;
}

/** `env` adds to the configuration; without it, nothing is limited, and no session is run. */
export async function startTestPlatform(
  env: Readonly<Record<string, string>> = {},
  logger = pino({ level: "silent" }),
): Promise<TestPlatform> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "platform-test-"));
  const config = readPlatformConfig({
    PLATFORM_LISTEN: "127.0.0.1:0",
    PLATFORM_DATA: dataDirectory,
    PLATFORM_LOG_LEVEL: "silent",
    PLATFORM_ADMIN_PASSWORD: adminPassword,
    PLATFORM_RATE_LIMITS: "off",
    PLATFORM_MAX_SESSIONS: "0",
    ...env,
  });
  const isPlain = config.dataDirectory === dataDirectory && config.databaseUrl === undefined;
  if (isPlain && config.adminPassword === adminPassword) await prepareData(dataDirectory);
  const platform = await startPlatform(config, logger);
  const { db } = platform;
  const close = async () => {
    await platform.close();
    await rm(dataDirectory, { recursive: true, force: true });
  };
  return {
    ...platform,
    dataDirectory: config.dataDirectory,
    close,
    [Symbol.asyncDispose]: close,
    addUser: (name, roles = [], type = "human") => addUser(db, { name, roles, type }),
    addRole: (name, permissions) => addRole(db, name, permissions),
    lend: (loan) => lend(db, loan),
    idOf: (table, name) => idOf(db, table, name),
    addProject: async (owner, name, visibility = "private") => {
      const owner_id = await idOf(db, "users", owner);
      const { id } = await db
        .insertInto("projects")
        .values({ owner_id, name, visibility })
        .returning("id")
        .executeTakeFirstOrThrow();
      return id;
    },
    token: async ({ user, scopes = [], project, expiresInDays = 1 }) => {
      const userId = await idOf(db, "users", user);
      const wanted = { userId, name: "test", scopes, projectId: project ?? null, expiresInDays };
      return (await issueToken(db, wanted)).token;
    },
    request: (path, token, init = {}) => {
      const headers = new Headers(init.headers);
      if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
      return fetch(`${platform.url}${path}`, { ...init, headers });
    },
    async send(method, path, token, body) {
      const headers = {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      };
      const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
      const response = await fetch(`${platform.url}${path}`, init);
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    },
  };
}

interface UserOptions {
  readonly name: string;
  readonly roles: readonly { readonly role: string; readonly project?: string }[];
  readonly type: UserRow["user_type"];
}

async function addUser(db: Queryable, { name, roles, type }: UserOptions): Promise<string> {
  const user = { name, email: `${name}@example.test`, user_type: type };
  const { id } = await db.insertInto("users").values(user).returning("id").executeTakeFirstOrThrow();
  for (const { role, project } of roles) {
    const role_id = await idOf(db, "roles", role);
    await db
      .insertInto("user_roles")
      .values({ user_id: id, role_id, project_id: project ?? null })
      .execute();
  }
  return id;
}

async function addRole(db: Queryable, name: string, permissions: readonly Permission[]): Promise<string> {
  const { id } = await insertRole(db, { name });
  await replacePermissions(db, id, permissions);
  return id;
}

async function lend(db: Queryable, { from, to, permission, project, expiresInSeconds }: LoanOptions): Promise<string> {
  const expiresAt =
    expiresInSeconds === undefined ? null : new Date(Date.now() + expiresInSeconds * 1000).toISOString();
  const { id } = await insertDelegation(db, {
    delegatorId: await idOf(db, "users", from),
    delegateId: await idOf(db, "users", to),
    permission,
    projectId: project ?? null,
    expiresAt,
    reason: null,
  });
  return id;
}

async function idOf(db: Queryable, table: "users" | "roles", name: string): Promise<string> {
  const { id } = await db.selectFrom(table).where("name", "=", name).select("id").executeTakeFirstOrThrow();
  return id;
}

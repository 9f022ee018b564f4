import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootstrapAccess } from "../access/bootstrap.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { type OpenDatabase, openDatabase } from "./open.ts";

let data: string;
let database: OpenDatabase;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "migrate-"));
  database = await openDatabase({ url: undefined, dataDirectory: data });
});
afterAll(async () => {
  await database.close();
  await rm(data, { recursive: true, force: true });
});

test("processes that start together migrate and bootstrap once", async () => {
  const replicas = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const replica = await openDatabase({ url: undefined, dataDirectory: data }, { mode: "guest" });
      const done = await migrate(replica.db);
      await bootstrapAccess(replica.db);
      await replica.close();
      return done;
    }),
  );
  expect(replicas.flat()).toEqual(Object.keys(migrations));
  expect(await migrate(database.db)).toEqual([]);
  const users = await database.db.selectFrom("users").select("name").execute();
  expect(users).toEqual([{ name: "admin" }]);
  const roles = await database.db.selectFrom("roles").select(["name", "is_system"]).orderBy("name").execute();
  expect(roles).toEqual(["admin", "agent", "developer", "ops", "viewer"].map((name) => ({ name, is_system: true })));
});

test("a system role that was tampered with has exactly its permissions after a start", async () => {
  await database.db.deleteFrom("role_permissions").execute();
  await bootstrapAccess(database.db);
  const granted = await database.db
    .selectFrom("role_permissions")
    .innerJoin("roles", "roles.id", "role_permissions.role_id")
    .innerJoin("permissions", "permissions.id", "role_permissions.permission_id")
    .where("roles.name", "=", "viewer")
    .select("permissions.name")
    .orderBy("permissions.name")
    .execute();
  expect(granted.map(({ name }) => name)).toEqual(["deploy:read", "observe:read", "project:read"]);
});

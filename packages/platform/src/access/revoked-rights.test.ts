import { afterAll, beforeAll, expect, test } from "vitest";
import { initRepository } from "../git/init-repository.ts";
import { KeptConnection } from "../testing/kept-connection.ts";
import { adminPassword, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { createSession } from "./sessions.ts";

/** A right is looked up for every request: a connection that has used it does not keep it. */

let platform: TestPlatform;
let admin: string;
let count = 0;
const unique = () => `n${++count}`;

beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

interface Project {
  readonly id: string;
  readonly name: string;
}

async function addProject(visibility: "private" | "internal" | "public" = "private", owner = "admin") {
  const name = unique();
  const id = await platform.addProject(owner, name, visibility);
  await initRepository(platform.repositories.of(id).path, "main");
  return { id, name, owner };
}

async function addUser(roles: readonly { readonly role: string; readonly project?: string }[] = [], type?: "agent") {
  const name = unique();
  return { name, id: await platform.addUser(name, roles, type) };
}

/** A connection that asks for a project by the API and by git, again and again, with the same headers. */
function asking(project: Project & { readonly owner: string }, headers: Readonly<Record<string, string>>) {
  const connection = new KeptConnection(platform.url);
  const status = async (path: string) => (await connection.send(path, { headers })).status;
  return {
    api: () => status(`/api/projects/${project.id}`),
    git: (owner = project.owner) => status(`/${owner}/${project.name}.git/info/refs?service=git-upload-pack`),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** An administrator's change, on a connection of its own. */
async function change(method: string, path: string, body?: unknown): Promise<void> {
  const { status, body: answer } = await platform.send(method, path, admin, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
}

/** That both ways in are open, are closed by a change, and with what. */
async function expectClosed(
  asks: ReturnType<typeof asking>,
  revoke: () => Promise<unknown>,
  refused: { readonly api: number; readonly git: number },
): Promise<void> {
  expect([await asks.api(), await asks.git()]).toEqual([200, 200]);
  await revoke();
  expect({ api: await asks.api(), git: await asks.git() }).toEqual(refused);
}

const hidden = { api: 404, git: 404 };
const unknown = { api: 401, git: 401 };

test("a role that is taken away", async () => {
  const project = await addProject();
  const user = await addUser([{ role: "viewer", project: project.id }]);
  using asks = asking(project, bearer(await platform.token({ user: user.name })));
  const role = await platform.idOf("roles", "viewer");
  await expectClosed(asks, () => change("DELETE", `/api/admin/users/${user.id}/roles/${role}`), hidden);
});

test("a permission that is taken from a role", async () => {
  const role = unique();
  const id = await platform.addRole(role, ["project:read"]);
  const user = await addUser([{ role }]);
  using asks = asking(await addProject(), bearer(await platform.token({ user: user.name })));
  const revoke = () => change("PUT", `/api/admin/roles/${id}/permissions`, { permissions: [] });
  await expectClosed(asks, revoke, hidden);
});

test("a delegation that is revoked", async () => {
  const project = await addProject();
  const agent = await addUser([], "agent");
  const id = await platform.lend({ from: "admin", to: agent.name, permission: "project:read", project: project.id });
  using asks = asking(project, bearer(await platform.token({ user: agent.name })));
  await expectClosed(asks, () => change("DELETE", `/api/admin/delegations/${id}`), hidden);
});

test("a delegation that expires", async () => {
  const agent = await addUser([], "agent");
  const loan = { from: "admin", to: agent.name, permission: "project:read", expiresInSeconds: 3600 } as const;
  const id = await platform.lend(loan);
  using asks = asking(await addProject(), bearer(await platform.token({ user: agent.name })));
  const end = new Date(Date.now() - 1).toISOString();
  const expire = () => platform.db.updateTable("delegations").set({ expires_at: end }).where("id", "=", id).execute();
  await expectClosed(asks, expire, hidden);
});

test("what a delegator no longer holds", async () => {
  const lender = await addUser([{ role: "developer" }]);
  const agent = await addUser([], "agent");
  await platform.lend({ from: lender.name, to: agent.name, permission: "project:read" });
  using asks = asking(await addProject(), bearer(await platform.token({ user: agent.name })));
  const role = await platform.idOf("roles", "developer");
  await expectClosed(asks, () => change("DELETE", `/api/admin/users/${lender.id}/roles/${role}`), hidden);
});

test("what a delegator lent who is deactivated", async () => {
  const lender = await addUser([{ role: "developer" }]);
  const agent = await addUser([], "agent");
  await platform.lend({ from: lender.name, to: agent.name, permission: "project:read" });
  using asks = asking(await addProject(), bearer(await platform.token({ user: agent.name })));
  await expectClosed(asks, () => change("DELETE", `/api/users/${lender.id}`), hidden);
});

test("a token that is revoked", async () => {
  const user = await addUser([{ role: "viewer" }]);
  const token = await platform.token({ user: user.name });
  using asks = asking(await addProject(), bearer(token));
  const { body } = await platform.send("GET", "/api/tokens", token);
  await expectClosed(asks, () => platform.send("DELETE", `/api/tokens/${body[0].id}`, token), unknown);
});

/** Changes the one token of a user where the API has no way to. */
function changeToken(userId: string, changes: { scopes?: string[]; project_id?: string; expires_at?: string }) {
  return platform.db.updateTable("api_tokens").set(changes).where("user_id", "=", userId).execute();
}

test("a token that expires", async () => {
  const user = await addUser([{ role: "viewer" }]);
  using asks = asking(await addProject(), bearer(await platform.token({ user: user.name })));
  const expires_at = new Date(Date.now() - 1).toISOString();
  await expectClosed(asks, () => changeToken(user.id, { expires_at }), unknown);
});

test("a token whose scopes are narrowed", async () => {
  const user = await addUser([{ role: "viewer" }]);
  using asks = asking(await addProject(), bearer(await platform.token({ user: user.name })));
  await expectClosed(asks, () => changeToken(user.id, { scopes: ["deploy:read"] }), { api: 403, git: 404 });
});

test("a token that is bound to another project", async () => {
  const user = await addUser([{ role: "viewer" }]);
  using asks = asking(await addProject(), bearer(await platform.token({ user: user.name })));
  const other = await addProject();
  await expectClosed(asks, () => changeToken(user.id, { project_id: other.id }), hidden);
});

test("a user who is deactivated", async () => {
  const user = await addUser([{ role: "admin" }]);
  using asks = asking(await addProject(), bearer(await platform.token({ user: user.name })));
  await expectClosed(asks, () => change("DELETE", `/api/users/${user.id}`), unknown);
});

test("a project that is opened to all users no more", async () => {
  const project = await addProject("internal");
  const user = await addUser();
  using asks = asking(project, bearer(await platform.token({ user: user.name })));
  const close = () => change("PATCH", `/api/projects/${project.id}`, { visibility: "private" });
  await expectClosed(asks, close, hidden);
});

test("a project that is public no more, for who has no credential", async () => {
  const project = await addProject("public");
  using asks = asking(project, {});
  expect(await asks.git()).toBe(200);
  await change("PATCH", `/api/projects/${project.id}`, { visibility: "private" });
  expect(await asks.git()).toBe(401);
});

test("a project that is somebody else's now", async () => {
  const [before, after] = [await addUser(), await addUser()];
  const project = await addProject("private", before.name);
  using asks = asking(project, bearer(await platform.token({ user: before.name })));
  expect([await asks.api(), await asks.git()]).toEqual([200, 200]);
  await platform.db.updateTable("projects").set({ owner_id: after.id }).where("id", "=", project.id).execute();
  expect(await asks.api()).toBe(404);
  expect(await asks.git(after.name)).toBe(404);
});

test("a project that is deleted", async () => {
  const project = await addProject();
  using asks = asking(project, bearer(await platform.token({ user: "admin" })));
  await expectClosed(asks, () => change("DELETE", `/api/projects/${project.id}`), hidden);
});

test("a session that is logged out of, as a bearer and as a cookie", async () => {
  const user = await addUser([{ role: "viewer" }]);
  const project = await addProject();
  const { token } = await createSession(platform.db, user.id);
  using asks = asking(project, bearer(token));
  using browser = asking(project, { cookie: `session=${token}` });
  expect(await browser.api()).toBe(200);
  await expectClosed(asks, () => platform.send("POST", "/api/auth/logout", token), unknown);
  expect(await browser.api()).toBe(401);
});

test("a session that was begun with the password before", async () => {
  const user = await addUser([{ role: "viewer" }]);
  const { token } = await createSession(platform.db, user.id);
  using asks = asking(await addProject(), bearer(token));
  await expectClosed(asks, () => change("PATCH", `/api/users/${user.id}`, { password: adminPassword }), unknown);
});

test("the answer to a request that is repeated with its idempotency key", async () => {
  const user = await addUser([{ role: "developer" }]);
  using connection = new KeptConnection(platform.url);
  const headers = { ...bearer(await platform.token({ user: user.name })), "idempotency-key": unique() };
  const body = { name: unique() };
  const create = async () => (await connection.send("/api/projects", { method: "POST", headers, body })).status;
  expect([await create(), await create()]).toEqual([201, 201]);
  const role = await platform.idOf("roles", "developer");
  await change("DELETE", `/api/admin/users/${user.id}/roles/${role}`);
  expect(await create()).toBe(403);
});

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openDatabase } from "../db/open.ts";
import { type CliPlatform, openCliPlatform, resultOf } from "./testing/cli-platform.ts";

// A process for each command, and other tests beside this one.
vi.setConfig({ testTimeout: 120_000 });

/** The commands for users, tokens and roles, beside a platform that serves. */
let served: CliPlatform;
let data: string;
let url: string;
beforeAll(async () => {
  served = await openCliPlatform();
  ({ data, url } = served);
});
afterAll(() => served?.[Symbol.asyncDispose]());

async function run(input: string, ...args: string[]) {
  return await resultOf(served.start(args), input);
}

/** Standard output of a command that succeeds. */
async function platform(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("", ...args);
  expect([code, stderr.startsWith("platform: ")], stderr).toEqual([0, false]);
  return stdout;
}

/** What a command says that is refused, in one line. */
async function refused(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("", ...args);
  expect([code, stdout, stderr.trim().split("\n").length], stderr).toEqual([1, "", 1]);
  return stderr.trim();
}

async function login(name: string, password: string): Promise<number> {
  const body = JSON.stringify({ name, password });
  const answer = await fetch(`${url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return answer.status;
}

const status = async (token: string) =>
  (await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status;

test.concurrent("users come, get passwords, go and come back", async () => {
  const created = await run("correct horse\n", "user", "create", "ada", "--password-stdin", "--role", "viewer");
  expect(created.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  expect(await login("ada", "correct horse")).toBe(200);
  const [, madeUp = ""] =
    /^[0-9a-f-]{36}\npassword ([0-9a-f]{32})\n$/.exec(await platform("user", "create", "bob")) ?? [];
  expect(await login("bob", madeUp)).toBe(200);
  expect(await refused("user", "create", "ada")).toContain("a user named ada exists already");
  expect(await refused("user", "create", "a b")).toContain("name: must hold only letters");
  expect((await run("short\n", "user", "create", "eve", "--password-stdin")).stderr).toContain("the password: ");

  await run("battery staple\n", "user", "set-password", "ada", "--password-stdin");
  expect([await login("ada", "correct horse"), await login("ada", "battery staple")]).toEqual([401, 200]);
  await platform("user", "deactivate", "ada");
  expect(await login("ada", "battery staple")).toBe(401);
  expect(await platform("user", "list")).toMatch(/^NAME +TYPE +ACTIVE +EMAIL .*\nada +human +false +ada@localhost /m);
  await platform("user", "reactivate", "ada");
  expect(await login("ada", "battery staple")).toBe(200);
  expect(JSON.parse(await platform("user", "list", "--json"))).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: "ada", active: true })]),
  );
  expect(await refused("user", "deactivate", "admin")).toContain("nobody would be left who holds admin:users");
  expect(await refused("user", "deactivate", "nobody")).toContain("there is no user nobody");
});

test.concurrent("tokens are listed without what they are made of, and end when they are revoked", async () => {
  await platform("user", "create", "robot", "--service-account");
  const token = (
    await platform("token", "create", "--name", "ci", "--user", "robot", "--scopes", "project:read")
  ).trim();
  expect(await status(token)).toBe(200);
  const [listed, ...others] = JSON.parse(await platform("token", "list", "--user", "robot", "--json"));
  expect(listed).toMatchObject({ user: "robot", name: "ci", scopes: ["project:read"], project: null });
  expect([others, JSON.stringify(listed).includes(token)]).toEqual([[], false]);
  expect(await platform("token", "list")).toMatch(/^ID +USER +NAME +SCOPES/);
  await platform("token", "revoke", listed.id);
  expect(await status(token)).toBe(401);
  expect(await refused("token", "revoke", listed.id)).toContain("there is no token with the id");
  expect(await refused("user", "set-password", "robot")).toContain("only humans have passwords");
});

test.concurrent("roles are given and taken, the last administrator's not, and the audit log has it all", async () => {
  await platform("user", "create", "carl", "--service-account");
  await platform("role", "grant", "carl", "developer");
  expect(await refused("role", "grant", "carl", "developer")).toContain("has the role developer everywhere already");
  expect(await platform("role", "list", "--user", "carl")).toMatch(/^ROLE +WHERE .*\ndeveloper +everywhere /);
  await platform("role", "revoke", "carl", "developer");
  expect(await refused("role", "revoke", "carl", "developer")).toContain("carl is not developer everywhere");
  expect(await refused("role", "revoke", "admin", "admin")).toContain("nobody would be left");
  expect(await refused("role", "grant", "carl", "king")).toContain("there is no role king");
  expect(await refused("role", "grant", "carl")).toContain("role grant needs ROLE");
  expect(await platform("role", "list")).toMatch(/^viewer +true +deploy:read,observe:read,project:read$/m);

  const { pool, close } = await openDatabase({ url: undefined, dataDirectory: data }, { mode: "guest" });
  const { rows } = await pool.query(
    `select action, actor_name, actor_type, resource from audit_log
     where resource_id = (select id::text from users where name = 'carl') or before->>'user_id' = (select id::text from users where name = 'carl')
     or after->>'user_id' = (select id::text from users where name = 'carl') order by id`,
  );
  await close();
  const by = { actor_name: "operator", actor_type: "system" };
  expect(rows).toEqual([
    { action: "platform user create", ...by, resource: "user" },
    { action: "platform role grant", ...by, resource: "role_assignment" },
    { action: "platform role revoke", ...by, resource: "role_assignment" },
  ]);
});

test.concurrent("secrets are set from standard input, listed without their values, and deleted", async () => {
  const key = "-----BEGIN KEY-----\nline\n";
  const set = await run(`${key}\n`, "secret", "set", "DEPLOY_KEY", "--scope", "all");
  expect([set.code, set.stdout, set.stderr]).toEqual([0, "", "DEPLOY_KEY is set everywhere, version 1\n"]);
  expect((await run("another", "secret", "set", "DEPLOY_KEY")).stderr).toContain("version 2");
  expect(await platform("secret", "list")).toMatch(/^NAME +SCOPE +VERSION +UPDATED_AT\nDEPLOY_KEY +pipeline +2 /);
  expect((await run("x", "secret", "set", "PATH")).stderr).toContain("name: is a variable by which programs are");
  expect((await run("x", "secret", "set", "X", "--scope", "all-of-it")).stderr).toContain("scope: ");
  expect((await run("", "secret", "set", "X")).stderr).toContain("the value: ");
  expect((await run("a\0b", "secret", "set", "X")).stderr).toContain("must be text in UTF-8 without NUL");
  expect((await run("x", "secret", "set", "X", "--project", "admin/none")).stderr).toContain("there is no project");
  expect(await refused("secret", "delete", "X")).toContain("there is no secret X everywhere");
  await platform("secret", "delete", "DEPLOY_KEY");
  expect(JSON.parse(await platform("secret", "list", "--json"))).toEqual([]);
});

test.concurrent("every command has its own help, and a group shows its commands", async () => {
  expect(await platform("user", "--help")).toMatch(/platform user create NAME[\s\S]*platform user set-password NAME/);
  const help = await platform("role", "grant", "--help");
  expect(help).toMatch(/^ {2}platform role grant USER ROLE \[--project OWNER\/NAME\] \[--data DIR\]\n {6}Give/);
});

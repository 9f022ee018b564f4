import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { plainGit } from "../testing/plain-git.ts";
import { WorkTree } from "../testing/work-tree.ts";

let platform: TestPlatform;
let admin: string;
let tree: WorkTree;
const projects: string[] = [];
let count = 0;

beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
  await platform.addUser("dev", [{ role: "developer" }]);
  await platform.addUser("viewer", [{ role: "viewer" }]);
  await platform.addUser("stranger");
  await platform.addUser("bot", [], "agent");
  for (const permission of ["project:read", "project:write"] as const) {
    await platform.lend({ from: "admin", to: "bot", permission });
  }
});
afterAll(async () => {
  for (const id of projects) plainGit(platform.repositories.of(id).path, "fsck", "--strict", "--no-dangling");
  await platform.close();
});
afterEach(() => tree[Symbol.dispose]());

/** An empty project, and a work tree beside it. */
async function project(settings: object = {}) {
  const name = `p${++count}`;
  const { body } = await platform.send("POST", "/api/projects", admin, { name });
  await platform.send("PATCH", `/api/projects/${body.id}`, admin, settings);
  projects.push(body.id);
  tree = await WorkTree.create();
  return { id: String(body.id), name, path: platform.repositories.of(body.id).path };
}

async function url({ name }: { readonly name: string }, user = "admin", token?: string): Promise<string> {
  const password = token ?? (await platform.token({ user }));
  return platform.url.replace("http://", `http://${user}:${password}@`).concat(`/admin/${name}.git`);
}

const refs = (path: string) =>
  plainGit(path, "for-each-ref", "--format=%(refname) %(objectname)").split("\n").filter(Boolean);
const updates = (id: string) =>
  platform.db.selectFrom("ref_updates").where("project_id", "=", id).orderBy("id").selectAll().execute();

describe("a push", () => {
  test("of branches and tags lands, is recorded, and is audited with who it was", async () => {
    const made = await project();
    const to = await url(made);
    const first = await tree.commit();
    await tree.git("tag", "--annotate", "--message", "one", "v1");
    expect((await tree.try("push", to, "main", "main:other", "v1")).ok).toBe(true);
    const second = await tree.commit();
    expect((await tree.try("push", to, "main", ":other")).ok).toBe(true);
    const tag = await tree.git("rev-parse", "v1");
    expect(refs(made.path)).toEqual([`refs/heads/main ${second}`, `refs/tags/v1 ${tag}`]);

    const recorded = await updates(made.id);
    expect(recorded.map(({ ref, old_sha, new_sha }) => [ref, old_sha, new_sha])).toEqual(
      expect.arrayContaining([
        ["refs/heads/main", null, first],
        ["refs/heads/other", null, first],
        ["refs/tags/v1", null, tag],
        ["refs/heads/main", first, second],
        ["refs/heads/other", first, null],
      ]),
    );
    expect(recorded).toHaveLength(5);
    const { id: userId } = await platform.db
      .selectFrom("users")
      .where("name", "=", "admin")
      .select("id")
      .executeTakeFirstOrThrow();
    expect(new Set(recorded.map(({ pusher_id, source }) => `${source} ${pusher_id}`))).toEqual(
      new Set([`push ${userId}`]),
    );
    const audited = await platform.db
      .selectFrom("audit_log")
      .where("resource_id", "=", made.id)
      .where("action", "=", "git push")
      .orderBy("id")
      .selectAll()
      .execute();
    expect(audited.map(({ actor_name, outcome, ip }) => [actor_name, outcome, ip])).toEqual([
      ["admin", "done", "127.0.0.1"],
      ["admin", "done", "127.0.0.1"],
    ]);
    expect(audited[1]?.after).toEqual({
      refs: [
        { ref: "refs/heads/main", old_sha: first, new_sha: second },
        { ref: "refs/heads/other", old_sha: first, new_sha: null },
      ],
      total: 2,
    });
    expect(
      await platform.db.selectFrom("announced_ref_updates").where("project_id", "=", made.id).selectAll().execute(),
    ).toEqual([]);
  });

  test("by force is taken on any branch but the default one", async () => {
    const made = await project();
    const to = await url(made);
    await tree.git("push", to, "main", "main:topic");
    await tree.git("commit", "--quiet", "--amend", "--message", "again");
    const amended = await tree.git("rev-parse", "HEAD");
    expect((await tree.try("push", "--force", to, "main:topic")).ok).toBe(true);
    const refused = await tree.try("push", "--force", to, "main");
    expect(refused.text).toContain(
      "remote: refs/heads/main: the default branch does not take a push that drops commits",
    );
    expect(refused.text).toContain("! [remote rejected] main -> main (pre-receive hook declined)");
    const deletion = await tree.try("push", to, ":main");
    expect(deletion.text).toContain("remote: refs/heads/main: the default branch cannot be deleted");
    expect(refs(made.path)).toContain(`refs/heads/topic ${amended}`);
    expect(refs(made.path)).not.toContain(`refs/heads/main ${amended}`);

    await platform.send("PATCH", `/api/projects/${made.id}`, admin, { allow_force_push_to_default: true });
    expect((await tree.try("push", "--force", to, "main")).ok).toBe(true);
    expect((await tree.try("push", to, ":main")).ok).toBe(true);
    expect(refs(made.path)).toEqual([`refs/heads/topic ${amended}`]);
  });

  test("that is refused in part is refused as a whole, leaves nothing behind and is audited", async () => {
    const made = await project();
    const to = await url(made);
    await tree.git("push", to, "main");
    const before = objects(made.path);
    await tree.commit();
    const refused = await tree.try("push", to, "main", "main:refs/replace/x", "main:refs/pull/1/head");
    expect(refused.text).toContain("remote: Nothing was pushed.");
    expect(refused.text).toContain(
      "remote: refs/replace/x: only branches (refs/heads/) and tags (refs/tags/) can be changed",
    );
    expect(refused.text).toContain("remote: refs/pull/1/head: only");
    expect(objects(made.path)).toEqual(before);
    expect(await updates(made.id)).toHaveLength(1);
    const audited = await platform.db
      .selectFrom("audit_log")
      .where("resource_id", "=", made.id)
      .where("outcome", "=", "refused")
      .select("after")
      .execute();
    expect(audited).toHaveLength(1);
  });

  test("of a name that the API could not be asked for is refused with the reason", async () => {
    const made = await project();
    const to = await url(made);
    const sha = await tree.git("rev-parse", "HEAD");
    for (const name of [sha, "refs/heads/main", "a;b", "-x", "é".repeat(120).concat("$"), "HEAD"]) {
      const refused = await tree.try("push", to, `main:refs/heads/${name}`);
      expect([name, refused.ok, /remote: refs\/heads\/.*: (the name|names)/.test(refused.text)]).toEqual([
        name,
        false,
        true,
      ]);
    }
    const latin = Buffer.concat([Buffer.from("refs/heads/caf"), Buffer.from([0xe9])]);
    execFileSync("git", ["update-ref", "--stdin"], {
      cwd: tree.path,
      input: Buffer.concat([Buffer.from("create "), latin, Buffer.from(` ${sha}\n`)]),
    });
    expect((await tree.try("push", to, "refs/heads/caf*:refs/heads/caf*")).text).toContain(
      "the name is not valid UTF-8",
    );
    expect((await tree.try("push", to, "main:refs/heads/Übersetzung/日本", "main:fix/#12")).ok).toBe(true);
    expect(refs(made.path).map((line) => line.split(" ")[0])).toEqual([
      "refs/heads/fix/#12",
      "refs/heads/Übersetzung/日本",
    ]);
  });

  test("from a shallow clone and from a partial clone lands", async () => {
    const made = await project();
    const to = await url(made);
    for (let index = 0; index < 3; index++) await tree.commit();
    await tree.git("push", to, "main");
    for (const option of ["--depth=1", "--filter=blob:none"]) {
      using clone = await WorkTree.create();
      await clone.git("clone", "--quiet", option, to, "clone");
      await writeFile(join(clone.path, "clone", option), "new");
      await clone.git("-C", "clone", "add", "--all");
      await clone.git("-C", "clone", "commit", "--quiet", "--message", option);
      const pushed = await clone.try("-C", "clone", "push", "origin", "main");
      expect([option, pushed.ok]).toEqual([option, true]);
    }
    expect(plainGit(made.path, "rev-list", "--count", "main")).toBe("6");
  });

  test("of one branch by several at once: one lands, the others are told", async () => {
    const made = await project();
    const to = await url(made);
    await tree.git("push", to, "main");
    const names = ["a", "b", "c", "d"];
    for (const name of names) {
      await tree.git("checkout", "--quiet", "-b", name, "main");
      await tree.commit(name);
    }
    const results = await Promise.all(names.map((name) => tree.try("push", to, `${name}:main`)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    for (const { text } of results.filter(({ ok }) => !ok)) {
      expect(text).toMatch(
        /rejected\].*(fetch first|stale info|failed to update ref|cannot lock ref|non-fast-forward|pre-receive hook declined)/,
      );
    }
    expect(await updates(made.id)).toHaveLength(2);
    expect(
      await platform.db.selectFrom("announced_ref_updates").where("project_id", "=", made.id).selectAll().execute(),
    ).toEqual([]);
  });

  test("of many refs is recorded whole", async () => {
    const made = await project();
    const to = await url(made);
    const sha = await tree.git("rev-parse", "HEAD");
    const names = Array.from({ length: 1100 }, (_, index) => `refs/tags/t${index}`);
    execFileSync("git", ["update-ref", "--stdin"], {
      cwd: tree.path,
      input: names.map((name) => `create ${name} ${sha}\n`).join(""),
    });
    expect((await tree.try("push", "--quiet", to, "--tags")).ok).toBe(true);
    expect(new Set((await updates(made.id)).map(({ ref }) => ref))).toEqual(new Set(names));
    expect((await tree.try("push", "--quiet", to, "--delete", ...names.slice(0, 5))).ok).toBe(true);
    expect(await updates(made.id)).toHaveLength(1105);
  });
});

/** What git sends to create `main` at a commit: the command, and the pack. */
function pushParts(sha: string): readonly [Buffer<ArrayBuffer>, Buffer<ArrayBuffer>] {
  const pack = execFileSync("git", ["pack-objects", "--stdout", "--revs", "-q"], { cwd: tree.path, input: `${sha}\n` });
  const line = `${"0".repeat(40)} ${sha} refs/heads/main\0 report-status side-band-64k`;
  return [Buffer.from(`${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`), Buffer.from(pack)];
}

const pushBody = (sha: string) => Buffer.concat(pushParts(sha));

function objects(path: string): string[] {
  return readdirSync(join(path, "objects"), { recursive: true }).map(String).sort();
}

describe("an agent", () => {
  test("may not change the default branch, unless the project allows it, and may push to others", async () => {
    const made = await project();
    const to = await url(made, "bot");
    const refused = await tree.try("push", to, "main");
    expect(refused.text).toContain("remote: refs/heads/main: agents may not change the default branch");
    expect(refused.text).toContain("remote: Push to another branch, then open a merge request.");
    expect((await tree.try("push", to, "main:agent/work", "main:refs/agent-wip/s1")).ok).toBe(true);
    await platform.send("PATCH", `/api/projects/${made.id}`, admin, { allow_agent_push_to_default: true });
    expect((await tree.try("push", to, "main")).ok).toBe(true);
    await tree.git("commit", "--quiet", "--amend", "--message", "again");
    expect((await tree.try("push", "--force", to, "main")).ok).toBe(false);
  });

  test("may not lift the protection itself", async () => {
    const made = await project();
    const bot = await platform.token({ user: "bot" });
    for (const change of [
      { allow_agent_push_to_default: true },
      { allow_force_push_to_default: true },
      { default_branch: "x" },
    ]) {
      const { status, body } = await platform.send("PATCH", `/api/projects/${made.id}`, bot, change);
      expect([status, body.detail]).toEqual([403, expect.stringContaining(Object.keys(change).join())]);
    }
    expect((await platform.send("PATCH", `/api/projects/${made.id}`, bot, { description: "by a bot" })).status).toBe(
      200,
    );
  });

  test("saves its work where clones do not see it", async () => {
    const made = await project();
    await tree.git("push", await url(made), "main");
    const to = await url(made, "bot");
    await tree.git("push", to, "main:refs/agent-wip/session-1");
    expect(refs(made.path).map((line) => line.split(" ")[0])).toContain("refs/agent-wip/session-1");
    expect(await tree.git("ls-remote", to)).not.toContain("agent-wip");
    expect((await tree.try("push", to, ":refs/agent-wip/session-1")).ok).toBe(true);
  });
});

describe("who may push", () => {
  const tokens = {
    developer: () => platform.token({ user: "dev" }),
    viewer: () => platform.token({ user: "viewer" }),
    stranger: () => platform.token({ user: "stranger" }),
    "a token that may only read": () => platform.token({ user: "dev", scopes: ["project:read"] }),
    "a token that may only write": () => platform.token({ user: "dev", scopes: ["project:write"] }),
    "a token for neither": () => platform.token({ user: "dev", scopes: ["observe:read"] }),
    "an expired token": () => platform.token({ user: "dev", expiresInDays: -1 }),
    "a token of another project": async () => platform.token({ user: "dev", project: (await project()).id }),
  };
  const expected: Readonly<Record<keyof typeof tokens, RegExp | true>> = {
    developer: true,
    viewer: /remote: project:write is missing: .*[\s\S]*403/,
    stranger: /remote: there is no such repository, or you may not see it[\s\S]*not found/,
    "a token that may only read": /remote: project:write is missing: .*[\s\S]*403/,
    "a token that may only write": true,
    "a token for neither": /not found/,
    "an expired token": /Authentication failed|could not read Username/,
    "a token of another project": /not found/,
  };

  test.each(Object.keys(tokens) as (keyof typeof tokens)[])("%s, by Basic and Bearer alike", async (name) => {
    const token = await tokens[name]();
    const made = await project();
    const user = { viewer: "viewer", stranger: "stranger" }[name as string] ?? "dev";
    const basic = await url(made, user, token);
    const bearer = ["-c", `http.extraHeader=Authorization: Bearer ${token}`];
    const results = [
      await tree.try("push", basic, "main:basic"),
      await tree.try(...bearer, "push", `${platform.url}/admin/${made.name}.git`, "main:bearer"),
    ];
    const outcome = expected[name];
    for (const { ok, text } of results) {
      if (outcome === true) expect([ok, text]).toEqual([true, expect.anything()]);
      else expect([ok, text]).toEqual([false, expect.stringMatching(outcome)]);
    }
    expect(refs(made.path)).toHaveLength(outcome === true ? 2 : 0);
  });

  test("nobody without a credential, on a public project either, and git is asked for one", async () => {
    const made = await project({ visibility: "public" });
    const path = `/admin/${made.name}.git/info/refs?service=git-receive-pack`;
    const { status, headers } = await platform.request(path);
    expect([status, headers.get("www-authenticate")]).toEqual([401, 'Basic realm="platform"']);
    const post = await platform.request(`/admin/${made.name}.git/git-receive-pack`, undefined, {
      method: "POST",
      body: "0000",
      headers: { "content-type": "application/x-git-receive-pack-request" },
    });
    expect([post.status, post.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="platform"']);
    expect((await tree.try("push", `${platform.url}/admin/${made.name}.git`, "main")).text).toContain(
      "could not read Username",
    );
  });

  test("only whoever still may when all of the push has come in", async () => {
    const made = await project();
    const token = await platform.token({ user: "dev" });
    const to = await url(made, "dev", token);
    // As git would send it, but in two pieces; between them the token is revoked.
    const sha = await tree.git("rev-parse", "HEAD");
    const [head, pack] = pushParts(sha);
    const body = async function* () {
      yield head;
      await platform.db
        .deleteFrom("api_tokens")
        .where("user_id", "=", await platform.idOf("users", "dev"))
        .execute();
      yield pack;
    };
    const { pathname } = new URL(to);
    const response = await platform.request(`${pathname}/git-receive-pack`, token, {
      method: "POST",
      headers: { "content-type": "application/x-git-receive-pack-request" },
      body: ReadableStream.from(body()),
      duplex: "half",
    });
    expect(await response.text()).toContain("give a user name and one of that user's tokens");
    expect(refs(made.path)).toEqual([]);
  });
});

/** Only bounds a hang. */
const patience = { timeout: 25_000, interval: 20 };

test("a push whose client goes away once all of it is here goes on", async () => {
  const made = await project();
  const to = new URL(await url(made));
  const sha = await tree.git("rev-parse", "HEAD");
  const gone = new AbortController();
  const { promise: inHook, resolve: hookWaits } = Promise.withResolvers<void>();
  await platform.db.insertInto("repositories").values({ project_id: made.id }).execute();
  // Whoever decides on the push waits for this row.
  const holding = platform.db.transaction().execute(async (db) => {
    await db.selectFrom("repositories").where("project_id", "=", made.id).selectAll().forUpdate().execute();
    await inHook;
  });
  const pushed = platform
    .request(`${to.pathname}/git-receive-pack`, admin, {
      method: "POST",
      headers: { "content-type": "application/x-git-receive-pack-request" },
      body: pushBody(sha),
      signal: gone.signal,
    })
    .then(
      () => "answered",
      () => "aborted",
    );
  await vi.waitUntil(async () => {
    const { rows } = await sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and query like '%"repositories"%for update%'
    `.execute(platform.db);
    return rows.length > 0;
  }, patience);
  gone.abort();
  expect(await pushed).toBe("aborted");
  hookWaits();
  await holding;
  await vi.waitUntil(async () => (await updates(made.id)).length === 1, patience);
  expect(refs(made.path)).toEqual([`refs/heads/main ${sha}`]);
});

describe("what is not a good push", () => {
  test("is refused by type and encoding", async () => {
    const made = await project();
    const post = async (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>) => {
      const answer = await platform.request(`/admin/${made.name}.git/git-receive-pack`, admin, {
        method: "POST",
        headers,
        body,
      });
      return [answer.status, answer.headers.get("content-type")?.split(";")[0], (await answer.text()).trim()];
    };
    const type = { "content-type": "application/x-git-receive-pack-request" };
    expect(await post({ "content-type": "text/plain" }, "0000")).toEqual([
      415,
      "text/plain",
      "the content type must be application/x-git-receive-pack-request",
    ]);
    expect(await post({ ...type, "content-encoding": "br" }, "0000")).toEqual([
      415,
      "text/plain",
      "the content encoding must be gzip or none",
    ]);
    expect(await post({ ...type, "content-encoding": "gzip" }, "no gzip")).toEqual([
      400,
      "text/plain",
      "the request body is not valid gzip",
    ]);
    expect((await post(type, "not a pkt-line"))[0]).toBe(500);
    expect(refs(made.path)).toEqual([]);
  });

  test("a corrupt object, or a path that git must not check out, is refused by git's check and leaves nothing", async () => {
    const made = await project();
    const to = await url(made);
    const before = objects(made.path);
    const blob = await tree.git("rev-parse", "HEAD:file");
    const bad = execFileSync("git", ["mktree"], { cwd: tree.path, input: `100644 blob ${blob}\t.git\n` })
      .toString()
      .trim();
    const commit = await tree.git("commit-tree", "-m", "bad", bad);
    const refused = await tree.try("push", to, `${commit}:refs/heads/main`);
    expect(refused.text).toMatch(/remote: (fatal: fsck error|error: object .*hasDotgit)/);
    expect([refs(made.path), objects(made.path)]).toEqual([[], before]);
  });

  test("a line break in a ref's name does not hide the refs after it", async () => {
    const made = await project();
    await tree.git("push", await url(made), "main");
    const old = await tree.git("rev-parse", "HEAD");
    const none = "0".repeat(40);
    const packet = (text: string) => `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, "0")}${text}`;
    // Deletions come without a pack.
    const commands = [
      packet(`${none} ${none} refs/heads/x\nend\0 report-status delete-refs`),
      packet(`${old} ${none} refs/heads/main`),
    ];
    const response = await platform.request(`/admin/${made.name}.git/git-receive-pack`, admin, {
      method: "POST",
      headers: { "content-type": "application/x-git-receive-pack-request" },
      body: `${commands.join("")}0000`,
    });
    await response.text();
    expect(refs(made.path)).toEqual([`refs/heads/main ${old}`]);
  });

  test("hooks that are gone or cannot be run are put back before a push is taken", async () => {
    const made = await project();
    const to = await url(made);
    const hooks = join(platform.repositories.directory, "..", "hooks");
    await tree.git("push", to, "main:a");
    await rm(hooks, { recursive: true });
    // They are written again.
    expect((await tree.try("push", to, "main:b")).ok).toBe(true);
    expect(existsSync(join(hooks, "pre-receive"))).toBe(true);
    await chmod(join(hooks, "pre-receive"), 0o600);
    expect((await tree.try("push", to, "main:c")).ok).toBe(true);
  });
});

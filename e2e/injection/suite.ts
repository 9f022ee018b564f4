import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { promisify } from "node:util";
import { issueToken } from "@platform-mcp/platform";
import {
  canary,
  evaluated,
  hostileBranches,
  hostileImages,
  hostileNames,
  hostileTexts,
} from "@platform-mcp/platform/testing/injection-corpus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PushedPlatform } from "../git-push/pushed-platform.ts";
import { git } from "../lib/git-user.ts";
import { Client } from "./client.ts";
import { type AskedSession, askFor, requireNamed, type Wishes } from "./wishes.ts";

/**
 * Takes every hostile text through sessions from end to end: it is refused with a 400 that names it, or it arrives byte
 * for byte, and nothing of it is interpreted on the way. In the place of Claude Code must be `stand-in-claude.sh`.
 */
export function injectionSuite(startPlatform: () => Promise<PushedPlatform>): void {
  let platform: PushedPlatform;
  let admin: Client;
  let projects = 0;
  beforeAll(async () => {
    platform = await startPlatform();
    admin = new Client(platform);
  });
  afterAll(() => platform?.[Symbol.asyncDispose]());

  const addProject = () => platform.addProject(`project-${++projects}`);

  const run = async (wishes: Wishes): Promise<AskedSession> => {
    const asked = await askFor(admin, await addProject(), wishes);
    await expectAsWritten(admin, asked);
    return asked;
  };

  /** What the agent has got is what was asked for, and that is all that happened. */
  async function expectAsWritten(client: Client, { id, project, branch, taken }: AskedSession): Promise<void> {
    const session = await client.ended(project, id);
    expect(session, JSON.stringify(taken).slice(0, 500)).toMatchObject({ status: "completed", reason: "exit" });
    const pushed = (file: string) => plainText(platform.repository(project), `refs/heads/${branch}:${file}`);
    expect(JSON.parse(await pushed("received/input.json")).message.content).toBe(taken.prompt ?? "Do it");
    expect(await pushed("received/branch")).toBe(branch);
    if (taken.branch !== undefined) expect(branch).toBe(taken.branch);
    if (taken.secret !== undefined) expect(await pushed("received/secret")).toBe(taken.secret);
    if (taken.model !== undefined) {
      expect(await pushed("received/arguments")).toContain(`--model\n${taken.model}\n`);
    }
    for (const [index, text] of (taken.setup ?? []).entries()) expect(await pushed(`setup-${index}`)).toBe(text);
    expect(await git(platform.repository(project), "ls-tree", "-r", `refs/heads/${branch}`)).not.toContain(canary);
    const events = await client.events(project, id);
    expect(events[0]).toMatchObject({ kind: "message", message: taken.prompt ?? "Do it" });
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ kind }) => kind === "completed")).toHaveLength(1);
    expect(await client.output(project, id)).not.toContain(evaluated);
    expect(JSON.stringify(events)).not.toContain(evaluated);
  }

  describe.concurrent("a hostile text", () => {
    test.for(hostileTexts)("in every field: $name", async ({ text }) => {
      const { taken } = await run({
        prompt: text,
        branch: text,
        model: text,
        setup: [text],
        secret: text,
      });
      // What cannot be handed over as text at all is all that a prompt must not hold.
      if (!text.includes("\0") && text.isWellFormed()) expect(taken.prompt).toBe(text);
    });

    test.for(hostileBranches.taken)("as a branch: %j", async (branch) => {
      expect((await run({ branch })).branch).toBe(branch);
    });

    const images = [...hostileImages.taken, ...hostileTexts.map(({ text }) => text)];
    test.for(images)("as an image: %j", async (image) => {
      const project = await addProject();
      const asked = await admin.send("POST", `projects/${project}/sessions`, { prompt: "Do it", config: { image } });
      if (asked.status !== 201 && !hostileImages.taken.includes(image)) {
        requireNamed(asked, ["config.image"]);
        return;
      }
      expect(asked.body).toMatchObject({ image });
      // What it runs in is not to be pulled; only that it is no more than a name is to be seen.
      await admin.send("POST", `projects/${project}/sessions/${asked.body.id}/stop`);
      await admin.ended(project, asked.body.id);
      expect(await admin.output(project, asked.body.id)).not.toContain(evaluated);
    });

    test.for(hostileNames.taken)("as the name of a user and of a project: %j", async (name, { task }) => {
      const user = await admin.send("POST", "users", { ...newUser(task.id), name });
      expect(user.body).toMatchObject({ name });
      const client = new Client(platform, await developer(platform, user.body.id));
      const project = await client.send("POST", "projects", { name });
      expect(project.body).toMatchObject({ name });
      await expectAsWritten(client, await askFor(client, project.body.id, {}));
    });
  });

  test("what cannot be a branch, an image or a name is refused with the field that is wrong", async () => {
    const path = `projects/${await addProject()}/sessions`;
    for (const branch of hostileBranches.refused) {
      requireNamed(await admin.send("POST", path, { prompt: "Do it", branch }), ["branch"]);
    }
    for (const image of hostileImages.refused) {
      requireNamed(await admin.send("POST", path, { prompt: "Do it", config: { image } }), ["config.image"]);
    }
    const texts = hostileTexts.map(({ text }) => text).filter((text) => !/^[\w-]{1,255}$/.test(text));
    for (const name of [...hostileNames.refused, ...texts]) {
      requireNamed(await admin.send("POST", "users", { ...newUser("refused"), name }), ["name"]);
      requireNamed(await admin.send("POST", "projects", { name }), ["name"]);
    }
  });

  test("a setup command that is no shell fails by itself, and no other is run after it", async () => {
    const project = await platform.addProject("broken");
    const config = { setup_commands: ["true", `'; echo "`, `touch ${canary}`] };
    const { body } = await admin.send("POST", `projects/${project}/sessions`, { prompt: "Do it", config });
    const session = await admin.ended(project, body.id);
    expect(session).toMatchObject({ status: "failed", reason: "setup_failed" });
    expect(session.message).toContain("command 2 of 3");
    expect(await admin.output(project, body.id)).not.toContain("+ touch");
  });

  test("nothing has left its trace on this machine", async () => {
    const made = await readdir(platform.dataDirectory, { recursive: true });
    for (const directory of [tmpdir(), homedir(), process.cwd()]) made.push(...(await readdir(directory)));
    expect(made.filter((path) => path.split("/").at(-1) === canary)).toEqual([]);
  });
}

function newUser(id: string) {
  return { email: `${id}@example.test`, password: "correct horse" };
}

/** The content of a file in a repository, to the last byte. */
async function plainText(repository: string, object: string): Promise<string> {
  const options = { cwd: repository, maxBuffer: 1 << 26 };
  return (await promisify(execFile)("git", ["cat-file", "blob", object], options)).stdout;
}

/** A token of somebody, who is made a developer. */
async function developer(platform: PushedPlatform, userId: string): Promise<string> {
  return await platform.look(async (db) => {
    const role = await db.selectFrom("roles").where("name", "=", "developer").select("id").executeTakeFirstOrThrow();
    await db.insertInto("user_roles").values({ user_id: userId, role_id: role.id, project_id: null }).execute();
    return (await issueToken(db, { userId, name: "test", scopes: [], projectId: null, expiresInDays: 1 })).token;
  });
}

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordedRequest, ScriptedTurn } from "../claude-code/messages-api.ts";
import { tryGit } from "../lib/git-user.ts";
import { processesWith } from "../lib/processes-with.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";
import { type LaptopPlatform, modelKey, startLaptopPlatform } from "./laptop-platform.ts";

type Session = Awaited<ReturnType<ProjectSessions["get"]>>;
type Turns = readonly (ScriptedTurn | ((request: RecordedRequest) => Promise<ScriptedTurn>))[];

const bash = (command: string): ScriptedTurn => ({ use: [{ tool: "Bash", input: { command, description: "work" } }] });

/** What the model says in each session, by a word of its prompt. */
const scripts = new Map<string, Turns>();

let platform: LaptopPlatform;
let sessions: ProjectSessions;
beforeAll(async () => {
  platform = await startLaptopPlatform(async (request) => {
    const said = JSON.stringify(request.body.messages);
    const [, turns] = [...scripts].find(([word]) => said.includes(word)) ?? [];
    const turn = turns?.[request.turn];
    if (turn === undefined) throw new Error(`no turn ${request.turn}`);
    return typeof turn === "function" ? await turn(request) : turn;
  });
  sessions = await platform.addRepository("greeter");
});
afterAll(() => platform?.[Symbol.asyncDispose]());

const kinds = async (id: string) => (await sessions.events(id)).map(({ kind }) => kind);

/** Resolves when the session's output shows something so many times. @throws when it ends without */
async function shows(id: string, words: string, times = 1): Promise<void> {
  while ((await sessions.output(id)).split(words).length <= times) {
    const { finished_at, message } = await sessions.get(id);
    if (finished_at !== null) throw new Error(`the session ended without ${words}: ${message}`);
    await delay(50);
  }
}

describe("from a prompt to pushed commits", () => {
  let end: Session;
  let requests: readonly RecordedRequest[];
  beforeAll(async () => {
    const asked = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    scripts.set("GREETING", [
      { use: [{ tool: "mcp__platform-core__get_project", input: {} }] },
      bash("cat ../setup.txt >> src/greeting.txt"),
      async () => {
        asked.resolve();
        await told.promise;
        return bash("git status --short; env | grep -c KEY; true");
      },
      bash("echo again >> src/greeting.txt"),
      { say: "The greeting is longer." },
    ]);
    const { id } = await sessions.start({
      prompt: "--make the GREETING longer; $(id) `id`",
      config: { setup_commands: ['echo "from $AGENT_ROLE" > ../setup.txt', "cat ../setup.txt"] },
    });
    const ended = sessions.ended(id);
    await Promise.race([asked.promise, ended]);
    await sessions.request("POST", `sessions/${id}/message`, { content: "and a MESSAGE" });
    await shows(id, '"state":"queued"', 2);
    told.resolve();
    end = await ended;
    requests = platform.api.requests;
  });

  test("the session is completed, with the agent's summary, turns and cost", () => {
    expect(end).toMatchObject({ status: "completed", reason: "exit", exit_code: 0 });
    expect(end).toMatchObject({ message: "The greeting is longer.", turns: 5, branch: `agent/${end.id.slice(0, 8)}` });
    expect(end.cost_usd).toBeGreaterThan(0);
    expect(end.cost_tokens).toBeGreaterThan(0);
  });

  test("its work is on its branch, with what the setup commands gave", async () => {
    const { content } = JSON.parse(await sessions.request("GET", `blob?ref=${end.branch}&path=src/greeting.txt`));
    expect(content).toBe("hello\nfrom dev\nagain\n");
    const { items } = JSON.parse(await sessions.request("GET", "branches").then((text) => `{"items":${text}}`));
    const branch = items.find(({ name }: { name: string }) => name === end.branch);
    expect(JSON.stringify(branch)).toContain(end.commit_sha);
  });

  test("the push has run the pipeline", async () => {
    const latest = async () => JSON.parse(await sessions.request("GET", `pipelines?ref=${end.branch}`)).items[0];
    await expect.poll(latest, { timeout: 30_000 }).toMatchObject({ commit_sha: end.commit_sha, status: "success" });
  });

  test("the servers of its role were connected, and a tool of theirs answered", async () => {
    const init = /^\{"type":"system","subtype":"init".*$/m.exec(await sessions.output(end.id))?.[0] ?? "{}";
    const servers = JSON.parse(init).mcp_servers.map(({ name, status }: Record<string, string>) => `${name} ${status}`);
    expect(servers.sort()).toEqual(["core", "issues", "pipeline"].map((name) => `platform-${name} connected`));
    expect(requests[1]?.toolResults[0]?.text).toContain("name: greeter");
  });

  test("what was said to it while it worked has reached it in the middle of its turn", async () => {
    const heard = requests.findIndex(({ body }) => JSON.stringify(body).includes("and a MESSAGE"));
    expect(requests[heard]?.turn).toBe(3);
    const { messages } = JSON.parse(await sessions.request("GET", `sessions/${end.id}`));
    expect(messages.filter(({ role }: { role: string }) => role === "user")).toMatchObject([
      { content: "--make the GREETING longer; $(id) `id`" },
      { content: "and a MESSAGE" },
    ]);
    expect(await kinds(end.id)).not.toContain("error");
  });

  test("its events tell the whole story", async () => {
    const found = await kinds(end.id);
    for (const kind of ["message", "setup", "milestone", "tool_call", "tool_result", "text", "completed"]) {
      expect(found).toContain(kind);
    }
    expect(found.at(-1)).toBe("completed");
  });

  test("no secret is in what it printed, or was asked by the model", async () => {
    const seen = [await sessions.output(end.id), JSON.stringify(await sessions.events(end.id))];
    seen.push(JSON.stringify(requests.map(({ body }) => body)));
    for (const text of seen) expect(text).not.toMatch(new RegExp(`${modelKey}|plat_api_`));
  });

  test("nothing of it is left", async () => {
    await expect.poll(() => platform.leftovers(), { timeout: 10_000 }).toEqual([]);
  });
});

test("what is said while the last answer is written gets an answer of its own", async () => {
  const told = Promise.withResolvers<void>();
  scripts.set("ANSWER", [() => told.promise.then(() => ({ say: "First." })), { say: "Second." }]);
  const { id } = await sessions.start({ prompt: "ANSWER" });
  await shows(id, '"state":"started"');
  await sessions.request("POST", `sessions/${id}/message`, { content: "and now?" });
  await shows(id, '"state":"queued"', 2);
  told.resolve();
  expect(await sessions.ended(id)).toMatchObject({
    status: "completed",
    message: "Second.",
    turns: 2,
    commit_sha: null,
  });
  const messages = (await sessions.events(id)).filter(({ kind }) => kind === "message");
  const result = /^\{"type":"runner_result".*$/m.exec(await sessions.output(id))?.[0] ?? "{}";
  expect(JSON.parse(result).messages).toBe(messages.at(-1)?.number);
});

test("the command line starts a session, follows it, and ends as it does", async () => {
  scripts.set("COMMAND", [
    { use: [{ tool: "mcp__platform-pipeline__list_pipelines", input: {} }] },
    bash("echo by command >> src/greeting.txt"),
    { say: "As you command." },
  ]);
  const { exitCode, stdout, stderr } = await platform.command(
    ...["session", "start", "--project", "admin/greeter", "--role", "dev", "--setup", "true", "the COMMAND"],
  );
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toContain("As you command.");
  const { items } = JSON.parse(await sessions.request("GET", "sessions?limit=1"));
  expect(items[0]).toMatchObject({ status: "completed", message: "As you command.", role: "dev" });
  const { content } = JSON.parse(await sessions.request("GET", `blob?ref=${items[0].branch}&path=src/greeting.txt`));
  expect(content).toBe("hello\nby command\n");
});

test("a session that is stopped has its work saved", async () => {
  scripts.set("STOPPED", [
    bash("echo half >> src/greeting.txt; git config user.email a@b; git commit -qam half; echo more > src/more.txt"),
    () => new Promise(() => {}),
  ]);
  const { id, branch } = await sessions.start({ prompt: "STOPPED" });
  await shows(id, '"tool_result"');
  await sessions.request("POST", `sessions/${id}/stop`);
  const end = await sessions.ended(id);
  expect(end).toMatchObject({ status: "stopped", reason: "stopped" });
  const read = async (path: string) =>
    JSON.parse(await sessions.request("GET", `blob?ref=${branch}&path=${path}`)).content;
  expect([await read("src/greeting.txt"), await read("src/more.txt")]).toEqual(["hello\nhalf\n", "more\n"]);
  expect(end.commit_sha).toMatch(/^[0-9a-f]{40}$/);
});

test("a session whose setup fails says which command failed, and with which words", async () => {
  const { id } = await sessions.start({
    prompt: "never",
    config: { setup_commands: ["echo one", "echo no such thing >&2; exit 3", "echo three"] },
  });
  const end = await sessions.ended(id);
  expect(end).toMatchObject({ status: "failed", reason: "setup_failed" });
  expect(end.message).toContain("Setup command 2 of 3 failed with exit code 3");
  expect(end.message).toContain("no such thing");
});

test("a session in an empty repository makes its first commit", async () => {
  scripts.set("EMPTY", [bash("echo first > file"), { say: "Done." }]);
  const id = await platform.addProject("empty");
  const there = new ProjectSessions(platform, id);
  const end = await there.ended((await there.start({ prompt: "EMPTY" })).id);
  expect(end).toMatchObject({ status: "completed", message: "Done." });
  const { content } = JSON.parse(await there.request("GET", `blob?ref=${end.branch}&path=file`));
  expect(content).toBe("first\n");
});

test("with a platform that is killed, its agent ends; what the last checkpoint held is kept, and the session is lost", async () => {
  await sessions.request("POST", "secrets", { name: "CHECKPOINT_SECONDS", value: "1", scope: "agent" });
  scripts.set("KILLED", [bash("echo held > src/held.txt"), () => new Promise(() => {})]);
  const { id, project_id } = await sessions.start({ prompt: "KILLED" });
  await shows(id, '"tool_result"');
  const held = () => tryGit(platform.repository(project_id), "cat-file", "-e", `refs/agent-wip/${id}:src/held.txt`);
  while (!(await held()).ok) await delay(50);
  await platform.served.killPlatform();
  await expect.poll(() => processesWith(`SESSION_ID=${id}`), { timeout: 10_000 }).toEqual([]);
  await platform.served.start();
  expect(await sessions.ended(id)).toMatchObject({ status: "failed", reason: "lost" });
  expect((await held()).ok).toBe(true);
  expect(await platform.leftovers()).toEqual([]);
});

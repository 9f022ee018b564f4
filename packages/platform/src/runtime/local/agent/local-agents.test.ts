import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StartError } from "../../runtime.ts";
import { processesIn } from "../marked-processes.ts";
import { type LocalAgentsScene, openLocalAgents } from "../testing/local-agents.ts";
import { noAgents } from "../testing/local-steps.ts";

const ended = (stage: string, exitCode: number | null, message: string | null = null) => ({
  ...{ stage, kind: "exited", exitCode, message },
});

describe.each([
  ["in namespaces where they are possible", true],
  ["without namespaces", false],
])("an agent %s", (_, useNamespaces) => {
  let agents: LocalAgentsScene;
  beforeAll(async () => {
    agents = await openLocalAgents({ useNamespaces });
  });
  afterAll(async () => {
    expect(await processesIn(agents.dataDirectory)).toEqual([]);
    await agents[Symbol.asyncDispose]();
  });

  test("is cloned, set up and run, one after the other, in one place, with its environment", async () => {
    const agent = await agents.start({
      setupCommands: ["pwd > where; echo one >> file; echo $BRANCH", "cat where file | grep -c .; echo home > ~/kept"],
      environment: { BRANCH: "agent/x", CLONE: "echo $CLONE_URL; echo cloned > file", RUN: "cat file ~/kept; echo $S" },
      secrets: { S: "secret" },
      options: ["--model", "m[1m]"],
    });
    expect(await agent.exited).toEqual(ended("agent", 0));
    expect(agent.text("clone")).toBe("clone []\nhttp://127.0.0.1:1/ada/p.git\n");
    expect(agent.text("setup").replace(/^\+ .*\n/gm, "")).toBe("agent/x\n3\n");
    expect(agent.text("agent")).toBe('run ["--model","m[1m]"]\ncloned\none\nhome\nsecret\n');
    await agent.dispose();
    expect(await agents.left()).toEqual([]);
  });

  test("has its prompt in a file, and neither it nor a secret in any argument", async () => {
    const prompt = "--version `id` $(id)\n'\"";
    const seen = "cat \"$PROMPT_FILE\"; echo; echo; cat /proc/[0-9]*/cmdline | tr '\\0' ' '";
    const agent = await agents.start({ prompt, environment: { RUN: seen }, secrets: { S: "very-secret-value" } });
    await agent.exited;
    const [, read, others = ""] = /^run \[\]\n(.*?)\n\n(.*)/s.exec(agent.text("agent")) ?? [];
    expect(read).toBe(prompt);
    expect(others).toContain("runner.js run");
    expect(others).not.toMatch(/very-secret-value|--version `id`/);
    await agent.dispose();
  });

  test("whose setup command fails does not run, and its end names the command", async () => {
    const agent = await agents.start({
      setupCommands: ["echo one", "echo two; exit 7", "echo three"],
      environment: { RUN: "echo ran" },
    });
    expect(await agent.exited).toEqual(
      ended("setup", 7, "Setup command 2 of 3 failed with exit code 7: echo two; exit 7"),
    );
    expect(agent.text()).toBe("clone []\n+ echo one\none\n+ echo two; exit 7\ntwo\n");
    await agent.dispose();
  });

  test.each([
    [
      "the clone",
      { CLONE: "echo no; exit 128" },
      ended("clone", 128, "The clone of the repository failed with exit code 128"),
    ],
    ["the runner", { RUN: "exit 70" }, ended("agent", 70)],
  ])("ends as %s does", async (_name, environment, end) => {
    const agent = await agents.start({ environment });
    expect(await agent.exited).toEqual(end);
    await agent.dispose();
  });

  test("that is stopped between two of its stages has ended in the first, of which nothing failed", async () => {
    const agent = await agents.start({ setupCommands: ["trap 'exit 0' TERM; echo begun; sleep 1000 & wait"] });
    await expect.poll(() => agent.text("setup"), { timeout: 20_000 }).toContain("\nbegun\n");
    agent.stop();
    expect(await agent.exited).toEqual(ended("setup", null));
    await agent.dispose();
  });

  test("is ended by its removal, at any time and again", async () => {
    const agent = await agents.start({ environment: { CLONE: "sleep 1000" } });
    await Promise.all([agent.dispose(), agent.dispose()]);
    expect(await agent.exited).toEqual(ended("clone", null));
    expect(await agents.left()).toEqual([]);
    agent.stop();
    agent.keepAlive();
    expect(agent.detach()).toBe(false);
  });

  test("leaves what could not be pushed where it outlives it, and nothing else", async () => {
    const agent = await agents.start({ environment: { RUN: 'echo bundle > "$RESCUE_DIR/b"; echo $RESCUE_DIR' } });
    await agent.exited;
    await agent.dispose();
    expect(agent.text()).toContain("/rescued/5f0c1c5e-");
    expect(await agents.left()).toEqual(["5f0c1c5e-0000-4000-8000-000000000001"]);
  });

  test("has a place for such work as long as it runs, whatever is cleaned up meanwhile", async () => {
    const agent = await agents.start({
      sessionId: "cleaned-up",
      environment: { RUN: 'until [ -e go ]; do sleep 0.02; done; ls -d "$RESCUE_DIR"' },
    });
    await agents.runtime.cleanUp();
    await agents.letGo();
    expect(await agent.exited).toEqual(ended("agent", 0));
    await agent.dispose();
    await agents.runtime.cleanUp();
  });

  test("whose start is given up, or forbidden, leaves nothing", async () => {
    const reason = new Error("not any more");
    const aborting = new AbortController();
    const abort = async () => aborting.abort(reason);
    await expect(agents.start({ signal: aborting.signal, starting: abort })).rejects.toBe(reason);
    await expect(agents.start({ starting: () => Promise.reject(reason) })).rejects.toBe(reason);
    await expect(agents.start({ environment: { "A-B": "x" } })).rejects.toThrow(/"A-B" cannot be the name/);
    expect((await agents.left()).filter((name) => /^\d/.test(name) && !name.includes("-"))).toEqual([]);
  });

  test("reaches the platform past the proxies that lead elsewhere", async () => {
    const show = 'echo "$https_proxy $NO_PROXY $no_proxy"';
    const agent = await agents.start({
      environment: { RUN: show },
      secrets: { https_proxy: "http://proxy", NO_PROXY: "example.org" },
    });
    await agent.exited;
    expect(agent.text("agent")).toContain("http://proxy example.org,127.0.0.1 example.org,127.0.0.1");
    await agent.dispose();
  });

  test("gets hostile texts as they are", async () => {
    const hostile = "';`id`$(id)\"\n--upload-pack=x \u202e😀\\";
    const agent = await agents.start({
      environment: { BRANCH: hostile, RUN: 'printf %s "$BRANCH"' },
      options: [hostile],
      clone: { path: "/ada/ä b$(id).git", user: hostile, branch: hostile, defaultBranch: "main" },
    });
    await agent.exited;
    expect(agent.text("agent")).toBe(`run ${JSON.stringify([hostile])}\n${hostile}`);
    await agent.dispose();
  });
});

test("in namespaces an agent sees nothing of the platform's data", async ({ skip }) => {
  await using agents = await openLocalAgents();
  if (!agents.isIsolated) skip("namespaces are not possible here");
  await writeFile(`${agents.dataDirectory}/other`, "x");
  const look = 'cd "$DATA" && ls -A . && cat agent.env; true';
  const agent = await agents.start({ environment: { DATA: agents.dataDirectory, RUN: look } });
  await agent.exited;
  expect(agent.text("agent")).toMatch(/^run \[\]\nrescued\nsteps\ncat: .*agent.env/);
  await agent.dispose();
});

test.each([
  ["the bundles", noAgents, /runner\.js is missing: run `pnpm build`/],
  ["Claude Code", { path: "/nonexistent" }, /Claude Code is not installed .* no `claude` on its PATH/],
])("without %s the start says what to do", async (_, site, message) => {
  await using agents = await openLocalAgents({}, site);
  const error = await agents.start({}).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(StartError);
  expect(String(error)).toMatch(message);
  expect(await agents.left()).toEqual([]);
});

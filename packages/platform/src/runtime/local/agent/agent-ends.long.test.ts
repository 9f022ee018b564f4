import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../db/embedded/until.ts";
import { processesIn } from "../marked-processes.ts";
import { type LocalAgentsScene, openLocalAgents } from "../testing/local-agents.ts";

const ended = (stage: string, exitCode: number | null) => ({ stage, kind: "exited", exitCode, message: null });

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

  test("is asked to end by its runner, and what that has started goes on until the runner sees to it", async () => {
    const agent = await agents.start({ environment: { RUN: "until [ -e go ]; do sleep 0.02; done; exit 9" } });
    await until(() => agent.text("agent").includes("run"), 10_000);
    agent.stop();
    agent.stop();
    await until(() => agent.text("agent").includes("asked"), 10_000);
    await agents.letGo();
    expect(await agent.exited).toEqual(ended("agent", 9));
    expect(agent.text("agent")).toBe("run []\nasked to end\n");
    await agent.dispose();
  });

  test("that does not end when it is asked to is ended, with all that it has started", async () => {
    await using hasty = await openLocalAgents({ useNamespaces }, { saveSeconds: 0.5 });
    const agent = await hasty.start({ environment: { RUN: "(setsid sleep 1000 &); sleep 1000" } });
    await until(() => agent.text("agent").includes("run"), 10_000);
    agent.stop();
    expect(await agent.exited).toEqual(ended("agent", null));
    expect(await processesIn(hasty.dataDirectory)).toEqual([]);
    await agent.dispose();
  });

  test("that is stopped while it is set up is not run", async () => {
    const agent = await agents.start({
      setupCommands: ["echo up; sleep 1000", "echo on"],
      environment: { RUN: "echo ran" },
    });
    await until(() => agent.text("setup").includes("up"), 10_000);
    agent.stop();
    expect(await agent.exited).toMatchObject({ stage: "setup", kind: "exited", message: null });
    expect(agent.text()).not.toMatch(/^on$|ran/m);
    await agent.dispose();
  });

  test("ends when its time is over, whoever looks after it", async () => {
    const agent = await agents.start({ environment: { RUN: "sleep 1000" }, mostSeconds: 1 });
    expect(await agent.exited).toMatchObject({ kind: "exited", exitCode: null });
    await agent.dispose();
  });

  test("takes the place of one that runs for the same session", async () => {
    const first = await agents.start({ environment: { RUN: "sleep 1000" } });
    const second = await agents.start({ environment: { RUN: "echo second" } });
    expect(await first.exited).toMatchObject({ exitCode: null });
    expect(await second.exited).toEqual(ended("agent", 0));
    await second.dispose();
  });
});

test("an agent ends when nothing is heard of its platform", async () => {
  await using agents = await openLocalAgents({ watchSeconds: 1 });
  const agent = await agents.start({ environment: { RUN: "sleep 1000" } });
  expect(await agent.exited).toMatchObject({ kind: "abandoned", exitCode: null });
  await agent.dispose();
});

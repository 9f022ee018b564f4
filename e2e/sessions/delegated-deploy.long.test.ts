import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import type { RecordedRequest, ScriptedTurn } from "../claude-code/messages-api.ts";
import { DeployedProject, files } from "../deployments/deployed-project.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";
import { type LaptopPlatform, startLaptopPlatform } from "./laptop-platform.ts";

const deploy = (name: string, input: Record<string, unknown>): ScriptedTurn => ({
  use: [{ tool: `mcp__platform-deploy__${name}`, input }],
});

/** What the model does in a session, by a word of its prompt, and what it reads there. */
const scripts = new Map<string, readonly ScriptedTurn[]>();
const read = new Map<string, string[]>();

let platform: LaptopPlatform;
let project: DeployedProject;
let sessions: ProjectSessions;
let commit: string;
beforeAll(async () => {
  platform = await startLaptopPlatform(async (request: RecordedRequest) => {
    const said = JSON.stringify(request.body.messages);
    const [word = "", turns] = [...scripts].find(([key]) => said.includes(key)) ?? [];
    read.get(word)?.push(...request.toolResults.map(({ text }) => text));
    const turn = turns?.[request.turn];
    if (turn === undefined) throw new Error(`no turn ${request.turn}`);
    return turn;
  });
  project = await DeployedProject.create(platform, "shop");
  sessions = new ProjectSessions(platform, project.id);
  commit = await project.push("main", { ...files, "greeting.txt": "from main " });
  await project.healthy(() => project.production(), commit);
}, 120_000);
afterAll(async () => {
  await project?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

/** Runs a session with role ops that makes these calls, and gives what the model reads. */
async function session(word: string, turns: readonly ScriptedTurn[], more: object): Promise<readonly string[]> {
  scripts.set(word, [...turns, { say: "Done." }]);
  read.set(word, []);
  const { id } = await sessions.start({ prompt: `Do ${word}`, config: { role: "ops" }, ...more });
  expect(await sessions.ended(id)).toMatchObject({ status: "completed", message: "Done." });
  return read.get(word) ?? [];
}

test("a session to which deploying was not lent is refused, and reads which permission it lacks", async () => {
  const staging = { environment: "staging", image_ref: `git:${commit}` };
  const [created, updated, listed] = await session(
    "WITHOUT",
    [
      deploy("create_deployment", staging),
      deploy("update_deployment", { environment: "production", desired_status: "stopped" }),
      deploy("list_deployments", {}),
    ],
    {},
  );
  expect(created).toContain("403");
  expect(created).toContain("deploy:promote");
  expect(updated).toContain("deploy:promote");
  expect(listed).toContain("deploy:read");
  expect(await project.production()).toMatchObject({ desired_status: "active", generation: 1 });
  await expect(project.request("GET", "deployments/staging")).rejects.toThrow("404");
});

test("a session to which it was lent deploys, waits until that is healthy, and says where", async () => {
  const staging = { environment: "staging", image_ref: `git:${commit}` };
  const [created, healthy, again] = await session(
    "WITH",
    [
      deploy("create_deployment", staging),
      deploy("wait_for_deployment", { environment: "staging" }),
      deploy("create_deployment", staging),
    ],
    { delegate_deploy: true },
  );
  expect(created).toContain("staging");
  expect(created).not.toContain("403");
  expect(healthy).toMatch(/healthy/);
  const { url, deployed_by_name } = await project.request("GET", "deployments/staging");
  expect(healthy).toContain(url);
  expect(deployed_by_name).toMatch(/^agent-/);
  expect((await visit(url)).body).toBe("from main ");
  expect(again).toContain("409");
  expect(again).toContain(`git:${commit}`);
});

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MessagesApi, startMessagesApi } from "../claude-code/messages-api.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";
import { noIdentities, remainingIdentities } from "../lib/remaining-identities.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { type ClusterPlatform, startClusterPlatform } from "./lib/cluster-platform.ts";
import { hostAddress } from "./lib/environment.ts";
import type { KubeObject, List } from "./lib/kube-objects.ts";
import { kubeGet } from "./lib/kubectl.ts";
import { addRepository } from "./lib/repository.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);

/** What each agent does, one after the other. */
const marks = ["mark-0", "mark-1", "mark-2", "mark-3"];

let api: MessagesApi;
let platform: ClusterPlatform;
let sessions: ProjectSessions;
beforeAll(async () => {
  const turns = marks.map((mark) => ({
    use: [{ tool: "Bash", input: { command: `sleep 0.5; echo ${mark} | tee -a work.txt`, description: "work" } }],
  }));
  api = await startMessagesApi([...turns, { say: "All marks" }], hostAddress);
  platform = await startClusterPlatform({
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "not-a-real-key",
    PLATFORM_AGENT_REQUESTS: "cpu=50m,memory=256Mi",
  });
  sessions = new ProjectSessions(platform, await addRepository(platform, "chaos"));
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await api?.close();
});

type Session = Awaited<ReturnType<ProjectSessions["get"]>>;

/** What may become of a session whose platform is killed at any instant: its pod goes on, and is taken over. */
function expectTrue(session: Session, isAskedToStop: boolean, context: string): void {
  const where = `${context}: ${JSON.stringify(session)}`;
  const { status, reason, message } = session;
  // Three platforms in a row may be killed before they can start it.
  if (reason === "start_failed" && message?.includes("the platform that was to start it went away")) return;
  const ends = ["completed exit", ...(isAskedToStop ? ["stopped stopped"] : [])];
  expect(ends, where).toContain(`${status} ${reason}`);
  if (status === "completed") expect([message, session.commit_sha !== null], where).toEqual(["All marks", true]);
}

/** The names of what the platform has in its namespace. */
async function remains(): Promise<readonly string[]> {
  const selector = encodeURIComponent("app.kubernetes.io/managed-by=platform");
  const lists = ["pods", "secrets"].map((kind) =>
    kubeGet<List<KubeObject>>(`/api/v1/namespaces/${platform.namespaces.agents}/${kind}?labelSelector=${selector}`),
  );
  return (await Promise.all(lists)).flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
}

/** Each event is there once, in order, and so is what the agent did; all of it where the session was completed. */
async function expectOnce({ id, status }: Session): Promise<void> {
  const events = await sessions.events(id);
  expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
  const results = events
    .filter(({ kind }) => kind === "tool_result")
    .map(({ message }) => message.match(/mark-\d/)?.[0]);
  // Where it was stopped, the last command was interrupted.
  const whole = status === "completed" ? results : results.filter((mark) => mark !== undefined);
  expect(whole, `${id} ${status}`).toEqual(status === "completed" ? marks : marks.slice(0, whole.length));
  const lines = (await sessions.output(id)).split("\n").filter((line) => line.includes('"uuid"'));
  expect(new Set(lines).size, id).toBe(lines.length);
}

test(`kill -9 under sessions in pods: each ends, once, and leaves nothing (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 240_000 + rounds * 90_000,
}, async () => {
  const random = seededRandom(seed);
  const askedToStop = new Set<string>();
  const ids: string[] = [];
  let open: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const withDatabase = random() < 0.2;
    const made = await Promise.all(
      [1, 2].map(() => sessions.start({ prompt: "go", config: { setup_commands: ["sleep 0.1"] } })),
    );
    ids.push(...made.map(({ id }) => id));
    open.push(...made.map(({ id }) => id));
    await delay(random() * 20_000);
    const [first] = made;
    if (random() < 0.2 && first !== undefined) {
      askedToStop.add(first.id);
      await sessions.request("POST", `sessions/${first.id}/stop`);
      await delay(random() * 1000);
    }
    await platform.served.killPlatform();
    if (withDatabase) await platform.served.killPostgres();
    // At times long enough that pods end while nobody looks.
    await delay(random() < 0.3 ? random() * 10_000 : 0);
    await platform.served.start();
    const looked = await Promise.all(open.map((id) => (random() < 0.5 ? sessions.ended(id) : sessions.get(id))));
    open = looked.filter(({ finished_at }) => finished_at === null).map(({ id }) => id);
  }
  const ended = await Promise.all(ids.map((id) => sessions.ended(id)));
  const tally = new Map<string, number>();
  for (const session of ended) {
    expectTrue(session, askedToStop.has(session.id), `CHAOS_SEED=${seed}`);
    await expectOnce(session);
    const end = `${session.status} ${session.reason}`;
    tally.set(end, (tally.get(end) ?? 0) + 1);
  }
  await expect.poll(remains, { timeout: 90_000 }).toEqual([]);
  expect(await remainingIdentities(platform)).toEqual(noIdentities);
  const ends = [...tally].map(([end, times]) => `${times} ${end}`).join(", ");
  process.stdout.write(`${rounds} kills, ${ids.length} sessions: ${ends}\n`);
});

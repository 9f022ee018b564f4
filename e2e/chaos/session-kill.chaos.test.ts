import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "../../scripts/lib/build/build.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser } from "../lib/git-user.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";
import { noIdentities, remainingIdentities } from "../lib/remaining-identities.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { writeShellAgent } from "../lib/shell-agent.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);

let platform: PushedPlatform;
let project: string;
let sessions: ProjectSessions;
/** Outside of what the platform keeps, which agents do not see. */
let directory: string;
let trace: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "session-chaos-"));
  trace = join(directory, "trace");
  const programs = join(directory, "bin");
  await writeShellAgent(programs, trace, 10);
  await build();
  platform = await startPushedPlatform({
    PATH: `${programs}:${process.env.PATH}`,
    PLATFORM_MAX_SESSIONS: "3",
    PLATFORM_AGENT_ENV: "CHECKPOINT_SECONDS",
    CHECKPOINT_SECONDS: "1",
  });
  project = await platform.addProject("chaos");
  await using user = await GitUser.create();
  await writeFile(join(user.path, "work.txt"), "begun\n");
  await user.commit();
  await user.git("push", "--quiet", platform.remote("chaos"), "HEAD:main");
  sessions = new ProjectSessions(platform, project);
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

type Session = Awaited<ReturnType<ProjectSessions["get"]>>;

/** What may become of a session whose platform is killed while it may be anything. */
function expectTrue(session: Session, isAskedToStop: boolean, context: string): void {
  const { status, reason, message } = session;
  const where = `${context}: ${JSON.stringify(session)}`;
  const ends = ["completed exit", "failed lost", ...(isAskedToStop ? ["stopped stopped"] : [])];
  // Three platforms in a row may be killed before they can start it.
  const isUnstarted = reason === "start_failed" && message?.includes("the platform that was to start it went away");
  if (isUnstarted !== true) expect(ends, where).toContain(`${status} ${reason}`);
  if (status === "completed") expect([message, session.commit_sha !== null], where).toEqual(["All ticks", true]);
}

/** Every process that is, or was started by, a part of one of the sessions. */
async function processesOf(ids: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!ids.some((id) => environment.includes(id))) continue;
    found.push((await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " "));
  }
  return found;
}

test.runIf(process.platform === "linux")(
  `kill -9 under sessions: each ends, once, and leaves nothing (CHAOS_SEED=${seed}, ${rounds} rounds)`,
  { timeout: 120_000 + rounds * 60_000 },
  async () => {
    const random = seededRandom(seed);
    const ids: string[] = [];
    const askedToStop = new Set<string>();
    let open: string[] = [];
    const tally = new Map<string, number>();
    const count = (session: Session) => {
      const end = `${session.status} ${session.reason}`;
      tally.set(end, (tally.get(end) ?? 0) + 1);
    };
    for (let round = 0; round < rounds; round++) {
      const withDatabase = random() < 0.2;
      const context = `CHAOS_SEED=${seed}, round ${round}${withDatabase ? ", with the database" : ""}`;
      const made = await Promise.all(
        [1, 2].map(() => sessions.start({ prompt: "tick", config: { setup_commands: ["sleep 0.1"] } })),
      );
      const [first] = made;
      open.push(...made.map(({ id }) => id));
      ids.push(...made.map(({ id }) => id));
      await delay(random() * 8000);
      if (random() < 0.2 && first !== undefined) {
        askedToStop.add(first.id);
        await sessions.request("POST", `sessions/${first.id}/stop`);
        await delay(random() * 500);
      }
      await platform.served.killPlatform();
      if (withDatabase) await platform.served.killPostgres();
      await platform.served.start();
      const looked = await Promise.all(open.map((id) => (random() < 0.3 ? sessions.ended(id) : sessions.get(id))));
      for (const session of looked.filter(({ finished_at }) => finished_at !== null)) {
        expectTrue(session, askedToStop.has(session.id), context);
        count(session);
      }
      open = looked.filter(({ finished_at }) => finished_at === null).map(({ id }) => id);
    }
    for (const id of open) {
      const session = await sessions.ended(id);
      expectTrue(session, askedToStop.has(id), `CHAOS_SEED=${seed}, at the end`);
      count(session);
    }
    // What it was doing last is over with the removal of what the last sessions left.
    await expect.poll(() => processesOf(ids), { timeout: 30_000 }).toEqual([]);
    expect(await remainingIdentities(platform)).toEqual(noIdentities);
    const starts = (await readFile(trace, "utf8")).split("\n").filter((line) => line.endsWith(" start"));
    expect(new Set(starts).size).toBe(starts.length);
    const events = await Promise.all(ids.map((id) => sessions.events(id)));
    for (const list of events) {
      const ticks = list.filter(({ kind }) => kind === "text").map(({ message }) => message);
      expect(ticks).toEqual(ticks.map((_, index) => `tick ${index + 1}`));
    }
    const ends = [...tally].map(([end, times]) => `${times} ${end}`).join(", ");
    process.stdout.write(`${rounds} kills, ${ids.length} sessions, ${starts.length} agents started: ${ends}\n`);
  },
);

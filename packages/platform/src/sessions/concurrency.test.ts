import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { endSession } from "./end-session.ts";
import { stopUnwantedSessions } from "./stop-sessions-of.ts";
import { SessionProject } from "./testing/session-project.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

test("whatever happens to sessions at one time gets in nobody's way, and ends each identity with its session", async () => {
  const userId = await platform.addUser("busy", [{ role: "developer" }]);
  const busy = await platform.token({ user: "busy", expiresInDays: 30 });
  const project = await SessionProject.create(platform, "admin", "crowded");
  const running = await Promise.all(Array.from({ length: 4 }, () => project.start(busy)));
  await Promise.all(running.slice(0, 3).map((session) => project.launch(session)));
  const { db } = platform;
  const outcome = { status: "completed", reason: "exit", message: "Done." } as const;

  const answers = await Promise.all(
    running.flatMap(({ id }) => [
      project.send("POST", `/${id}/message`, busy, { content: "And then?" }),
      project.send("POST", `/${id}/extend`, busy, { minutes: 200 }),
      project.send("POST", `/${id}/stop`, admin),
      project.send("POST", "", busy, { prompt: "One more" }),
      project.send("POST", `/${id}/extend`, admin, { minutes: 300 }),
      db.transaction().execute((transaction) => endSession(transaction, id, outcome)),
      db.transaction().execute(stopUnwantedSessions),
    ]),
  );
  const statuses = answers.flatMap((answer) => (typeof answer === "object" ? [answer.status] : []));
  expect(new Set(statuses)).toEqual(new Set([200, 201, 400].filter((status) => statuses.includes(status))));

  const started = await Promise.all(Array.from({ length: 3 }, () => project.start(busy)));
  await Promise.all(started.map((session) => project.launch(session)));
  const more = await Promise.all([
    ...started.map(({ id }) => project.send("POST", `/${id}/extend`, admin, { minutes: 500 })),
    platform.send("DELETE", `/api/users/${userId}`, admin),
    platform.send("DELETE", `/api/projects/${project.id}`, admin),
    ...started.map(({ id }) => db.transaction().execute((transaction) => endSession(transaction, id, outcome))),
    project.send("POST", "", busy, { prompt: "One more" }),
  ]);
  for (const answer of more) if (typeof answer === "object") expect(answer.status).toBeLessThan(500);

  await db.transaction().execute(stopUnwantedSessions);
  const left = await db
    .selectFrom("agent_sessions")
    .innerJoin("users", "users.id", "agent_user_id")
    .where("project_id", "=", project.id)
    .select(["status", "stop_requested_at", "is_active"])
    .execute();
  expect(left.filter(({ status, stop_requested_at }) => status === "pending" && stop_requested_at === null)).toEqual(
    [],
  );
  for (const { status, is_active } of left) expect(is_active).toBe(status === "pending" || status === "running");
});

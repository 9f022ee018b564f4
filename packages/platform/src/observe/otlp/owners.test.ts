import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addRunningPipeline } from "../../pipelines/testing/add-running-pipeline.ts";
import { openMasterKey } from "../../secrets/master-key.ts";
import { SessionProject } from "../../sessions/testing/session-project.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { addDeployment } from "../../workloads/testing/add-deployment.ts";
import { createIngestKey, type IngestSource } from "../ingest-key.ts";
import { logsRequest, sendJson } from "./testing/otlp-client.ts";

let platform: TestPlatform;
let project: SessionProject;
/** Of somebody else. */
let otherId: string;
/** May do what they like on the project, and nothing elsewhere. */
let owner: string;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  for (const name of ["owner", "other"]) await platform.addUser(name);
  project = await SessionProject.create(platform, "owner", "shop");
  otherId = await platform.addProject("other", "theirs");
  owner = await platform.token({ user: "owner" });
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

/** Sends a log and gives the answer, and whose the log is. */
async function send(token: string, names: Readonly<Record<string, string>> = {}) {
  const service = randomUUID();
  const { status, body } = await sendJson(
    platform,
    "logs",
    token,
    logsRequest(["hello"], { service, resource: names }),
  );
  const rows = await platform.db.selectFrom("telemetry_logs").where("service", "=", service).selectAll().execute();
  return { status, body, owners: rows.map(({ project_id, session_id }) => ({ project_id, session_id })) };
}

const ofProject = (id: string) => ({ "platform.project_id": id });
const ofSession = (id: string) => ({ "platform.session_id": id });

describe("a user", () => {
  test("writes to a project on which they may, and is told what they may not", async () => {
    expect(await send(owner, ofProject(project.id))).toMatchObject({
      status: 200,
      owners: [{ project_id: project.id }],
    });
    for (const names of [ofProject(otherId), ofProject(randomUUID()), {}]) {
      const { status, body, owners } = await send(owner, names);
      expect([status, body.code, body.permission, owners]).toEqual([403, 7, "observe:write", []]);
      expect(body.message).toContain("observe:write is missing");
    }
  });

  test("with a token of one project writes to it without naming it, and to no other", async () => {
    const token = await platform.token({ user: "admin", project: project.id });
    expect(await send(token)).toMatchObject({ status: 200, owners: [{ project_id: project.id }] });
    expect(await send(token, ofProject(otherId))).toMatchObject({ status: 403, owners: [] });
  });

  test("with a scope that does not hold the permission writes nothing", async () => {
    const token = await platform.token({ user: "owner", scopes: ["observe:read"] });
    expect(await send(token, ofProject(project.id))).toMatchObject({ status: 403, owners: [] });
  });

  test("with the permission everywhere writes to the platform's own", async () => {
    expect(await send(admin)).toMatchObject({ status: 200, owners: [{ project_id: null }] });
  });

  test("names a session, and with it the project that it is of, and no other", async () => {
    const session = await project.start(owner);
    const expected = { project_id: project.id, session_id: session.id };
    expect(await send(owner, ofSession(session.id))).toMatchObject({ status: 200, owners: [expected] });
    expect(await send(admin, { ...ofSession(session.id), ...ofProject(otherId) })).toMatchObject({
      ...{ status: 200, owners: [], body: { partialSuccess: { rejectedLogRecords: "1" } } },
    });
  });

  test("learns nothing of others' sessions by naming them", async () => {
    const { id } = await project.start(owner);
    const stranger = await platform.token({ user: "other" });
    const { status, body } = await send(stranger, ofSession(id));
    const unknown = await send(stranger, ofSession(randomUUID()));
    expect([status, body.message]).toEqual([403, unknown.body.message]);
  });

  test("has what may be written stored, and is told how many records were not, and why", async () => {
    const service = randomUUID();
    const requests = [ofProject(project.id), ofProject(otherId), ofProject("no id")].map((resource) =>
      logsRequest(["hello"], { service, resource }),
    );
    const resourceLogs = requests.flatMap((request) => request.resourceLogs);
    const { status, body } = await sendJson(platform, "logs", owner, { resourceLogs });
    expect([status, body.partialSuccess.rejectedLogRecords]).toEqual([200, "2"]);
    expect(body.partialSuccess.errorMessage).toBe(
      `observe:write is missing on project ${otherId}; platform.project_id is not a UUID`,
    );
    const rows = platform.db.selectFrom("telemetry_logs").where("service", "=", service).selectAll();
    expect(await rows.execute()).toMatchObject([{ project_id: project.id }]);
  });

  test("who sends nothing has sent it", async () => {
    expect(await sendJson(platform, "logs", owner, {})).toMatchObject({ status: 200, body: {} });
    expect(await sendJson(platform, "traces", owner, { resourceSpans: [] })).toMatchObject({ status: 200, body: {} });
  });
});

test("an agent writes for its session without any permission, whatever it says", async () => {
  const session = await project.start(owner);
  const token = await project.launch(session);
  const expected = { project_id: project.id, session_id: session.id };
  for (const names of [{}, ofProject(otherId), { ...ofProject(otherId), ...ofSession(randomUUID()) }]) {
    expect(await send(token, names)).toMatchObject({ status: 200, owners: [expected] });
  }
});

describe("an ingest key", () => {
  const keyOf = async (source: Omit<IngestSource, "projectId">, projectId = project.id) => {
    const config = { masterKey: undefined, databaseUrl: undefined, dataDirectory: platform.dataDirectory };
    return createIngestKey(await openMasterKey(config, platform.db), { ...source, projectId }) ?? "";
  };

  test("of a step is good while it runs, and writes to its project whatever is said", async () => {
    const { stepId } = await addRunningPipeline(platform.db, project.id);
    const key = await keyOf({ kind: "step", sourceId: stepId });
    const expected = { project_id: project.id, session_id: null };
    for (const names of [{}, ofProject(otherId)]) {
      expect(await send(key, names)).toMatchObject({ status: 200, owners: [expected] });
    }
    const wrong = await keyOf({ kind: "step", sourceId: stepId }, otherId);
    expect(await send(wrong)).toMatchObject({ status: 401, owners: [] });
    await platform.db.updateTable("pipeline_steps").where("id", "=", stepId).set({ status: "success" }).execute();
    expect(await send(key)).toMatchObject({ status: 401, owners: [] });
  });

  test("of a session is good while that runs, and writes for it", async () => {
    const session = await project.start(owner);
    const key = await keyOf({ kind: "session", sourceId: session.id });
    expect(await send(key)).toMatchObject({ status: 401 });
    await project.launch(session);
    const expected = { project_id: project.id, session_id: session.id };
    expect(await send(key, ofSession(randomUUID()))).toMatchObject({ status: 200, owners: [expected] });
  });

  test("of a workload is good while that is there, and its project", async () => {
    const projectId = await platform.addProject("owner", "deployed");
    const workload = await addDeployment(platform.db, projectId, "production");
    const key = await keyOf({ kind: "workload", sourceId: workload.id }, projectId);
    expect(await send(key)).toMatchObject({ status: 200, owners: [{ project_id: projectId }] });
    expect(await send(await keyOf({ kind: "workload", sourceId: randomUUID() }, projectId))).toMatchObject({
      status: 401,
    });
    await platform.db.updateTable("projects").where("id", "=", projectId).set({ is_active: false }).execute();
    expect(await send(key)).toMatchObject({ status: 401, owners: [] });
  });

  test("is good for nothing but telemetry", async () => {
    const session = await project.start(owner);
    await project.launch(session);
    const key = await keyOf({ kind: "session", sourceId: session.id });
    for (const path of [
      "/api/auth/me",
      `/api/projects/${project.id}`,
      "/owner/shop.git/info/refs?service=git-upload-pack",
    ]) {
      expect((await platform.request(path, key)).status).toBe(401);
    }
  });
});

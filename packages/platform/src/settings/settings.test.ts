import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendJson } from "../observe/otlp/testing/otlp-client.ts";
import { readRetention } from "../observe/store/retention.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { defaultSettings } from "./default-settings.ts";
import { readSettings } from "./read-settings.ts";
import { testSettings } from "./testing/test-settings.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform({ PLATFORM_MAX_PREVIEWS: "7", PLATFORM_AGENT_IMAGE: "r.example/agent:1" });
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const get = async () => (await platform.send("GET", "/api/admin/config", admin)).body as Setting[];
const set = (values: Readonly<Record<string, unknown>>, token = admin) =>
  platform.send("PATCH", "/api/admin/config", token, { values });

interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

async function settingOf(key: string): Promise<Setting | undefined> {
  return (await get()).find((setting) => setting.key === key);
}

describe("a setting", () => {
  test("has a default, of the environment or the platform's own, and says what may be set", async () => {
    const settings = await get();
    expect(settings.map(({ key }) => key)).toEqual(Object.keys(testSettings));
    expect(settings.find(({ key }) => key === "max_previews")).toEqual({
      ...{ key: "max_previews", value: 7, default: 7, source: "default", type: "integer", minimum: 1, maximum: 9999 },
      ...{ description: "How many previews a project may have", updated_at: null, updated_by: null },
    });
    expect(settings.find(({ key }) => key === "agent_image")).toMatchObject({ value: "r.example/agent:1" });
    expect(settings.find(({ key }) => key === "session_deadline_minutes")).toMatchObject({
      ...{ value: 120, maximum: 1440, unit: "minutes" },
    });
    expect(settings.find(({ key }) => key === "agent_image_prefixes")).toMatchObject({
      type: "string_list",
      value: [],
    });
  });

  test("is set, until null sets it back", async () => {
    const { status, body } = await set({ traces_retention_days: 14 });
    expect(status).toBe(200);
    expect(body).toEqual(await get());
    expect(await settingOf("traces_retention_days")).toMatchObject({
      ...{ value: 14, default: 7, source: "set", updated_at: expect.any(String) },
      updated_by: await platform.idOf("users", "admin"),
    });
    expect((await readSettings(platform.db, testSettings)).traces_retention_days).toBe(14);
    await set({ traces_retention_days: null });
    expect(await settingOf("traces_retention_days")).toMatchObject({ value: 7, source: "default", updated_by: null });
    expect((await readSettings(platform.db, testSettings)).traces_retention_days).toBe(7);
  });

  test("that is stored, but no value or no setting any more, counts as not set", async () => {
    const rows = [
      { key: "metrics_retention_days", value: "100000", updated_by: null },
      { key: "of_a_former_version", value: "true", updated_by: null },
    ];
    await platform.db.insertInto("platform_settings").values(rows).execute();
    expect(await settingOf("metrics_retention_days")).toMatchObject({ value: 30, source: "default" });
    expect(await readSettings(platform.db, testSettings)).toMatchObject({ metrics_retention_days: 30 });
    const keys = rows.map(({ key }) => key);
    await platform.db.deleteFrom("platform_settings").where("key", "in", keys).execute();
  });

  test("is recorded as it was and as it is", async () => {
    await set({ logs_retention_days: 3 });
    const entry = await platform.db
      .selectFrom("audit_log")
      .where("action", "=", "PATCH /api/admin/config")
      .where("resource_id", "=", "logs_retention_days")
      .selectAll()
      .executeTakeFirstOrThrow();
    expect(entry).toMatchObject({
      ...{ resource: "setting", actor_name: "admin", project_id: null },
      before: { value: 7, source: "default" },
      after: { value: 3, source: "set" },
    });
  });
});

describe("settings are set all or none", () => {
  test.each([
    ["a number that is too large", { session_deadline_minutes: 1441 }, "values.session_deadline_minutes"],
    ["a number that is too small", { preview_ttl_hours: 0 }, "values.preview_ttl_hours"],
    ["half of one", { preview_ttl_hours: 1.5 }, "values.preview_ttl_hours"],
    ["a number as text", { preview_ttl_hours: "2" }, "values.preview_ttl_hours"],
    ["an image that is none", { agent_image: "$(id)" }, "values.agent_image"],
    ["an empty image", { agent_image: "" }, "values.agent_image"],
    ["prefixes as text", { agent_image_prefixes: "r.example" }, "values.agent_image_prefixes"],
    ["a prefix that is none", { agent_image_prefixes: ["r.example", "a b"] }, "values.agent_image_prefixes.1"],
    ["what is no setting", { agent_images: "x" }, "values.agent_images"],
    ["the key of an object's own", { constructor: 1 }, "values.constructor"],
  ])("with %s", async (_, values, path) => {
    const before = await get();
    const { status, body } = await set({ traces_retention_days: 21, ...values });
    const paths = new Set(body.fields.map((field: { path: string }) => field.path));
    expect([status, ...paths]).toEqual([400, path]);
    expect(await get()).toEqual(before);
  });

  test("with none named, or all that is wrong", async () => {
    expect((await set({})).body.fields[0].path).toBe("values");
    const { body } = await set({ max_previews: 0, nothing: 1, preview_ttl_hours: "x" });
    expect(body.fields).toHaveLength(3);
    expect(body.fields[1].message).toContain("there are: agent_image,");
  });

  test("by many at once, each wholly", async () => {
    const pairs = Array.from({ length: 8 }, (_, index) => index + 1);
    // In another order each time, as whoever locks one row after the other would run into the rest.
    await Promise.all(
      pairs.map((days) =>
        set(
          days % 2 === 0
            ? { traces_retention_days: days, metrics_retention_days: days }
            : { metrics_retention_days: days, traces_retention_days: days },
        ).then(({ status }) => expect(status).toBe(200)),
      ),
    );
    const settings = await readSettings(platform.db, testSettings);
    expect(settings.traces_retention_days).toBe(settings.metrics_retention_days);
  });
});

describe("what agents run in", () => {
  let owner: string;
  let project: string;
  beforeAll(async () => {
    await platform.addUser("owner", [{ role: "admin" }]);
    owner = await platform.token({ user: "owner" });
    project = (await platform.send("POST", "/api/projects", owner, { name: "imaged" })).body.id;
  });
  const start = async (config: object = {}, more: object = {}) => {
    const body = { prompt: "Mend it", config, ...more };
    const answer = await platform.send("POST", `/api/projects/${project}/sessions`, owner, body);
    if (answer.status !== 201) return answer.body.fields[0];
    const { image, deadline_minutes } = await platform.db
      .selectFrom("agent_sessions")
      .where("id", "=", answer.body.id)
      .select(["image", "deadline_minutes"])
      .executeTakeFirstOrThrow();
    return { image, deadline_minutes };
  };
  const setImage = (agent_image: string | null) =>
    platform.send("PATCH", `/api/projects/${project}`, owner, { agent_image });

  test("and how long is as it is set at the moment, unless the session says so", async () => {
    expect(await start()).toEqual({ image: "r.example/agent:1", deadline_minutes: 120 });
    await set({ agent_image: "r.example/agent:2", session_deadline_minutes: 45 });
    expect(await start()).toEqual({ image: "r.example/agent:2", deadline_minutes: 45 });
    expect(await start({ image: "other:1" }, { deadline_minutes: 50 })).toEqual({
      ...{ image: "other:1", deadline_minutes: 50 },
    });
    await set({ agent_image: null, session_deadline_minutes: null });
    expect(await start()).toEqual({ image: "r.example/agent:1", deadline_minutes: 120 });
  });

  test("begins as it is allowed, of sessions and of projects, those that were set before too", async () => {
    expect((await setImage("old.example/app:1")).status).toBe(200);
    await set({ agent_image_prefixes: ["r.example/team", "exact:1"] });
    expect(await start()).toMatchObject({
      path: "config.image",
      message: expect.stringContaining("r.example/team, exact:1"),
    });
    for (const image of ["r.example/teamwork/x", "r.example.evil.example/team/x", "exact:12"]) {
      expect(await start({ image })).toMatchObject({ path: "config.image" });
      const refused = await setImage(image);
      expect([refused.status, refused.body.fields[0].path]).toEqual([400, "agent_image"]);
      const created = await platform.send("POST", "/api/projects", owner, { name: "refused", agent_image: image });
      expect([created.status, created.body.fields[0].path]).toEqual([400, "agent_image"]);
    }
    expect(await start({ image: "exact:1" })).toMatchObject({ image: "exact:1" });
    expect((await setImage("r.example/team/x:1")).status).toBe(200);
    expect(await start()).toMatchObject({ image: "r.example/team/x:1" });
    // The platform's own needs no leave, and to clear one's own none either.
    expect(await start({ image: "r.example/agent:1" })).toMatchObject({ image: "r.example/agent:1" });
    expect((await setImage(null)).status).toBe(200);
    expect(await start()).toMatchObject({ image: "r.example/agent:1" });
    await set({ agent_image_prefixes: null });
    expect((await setImage("old.example/app:1")).status).toBe(200);
  });
});

test("how long telemetry is kept is as it is set at the moment", async () => {
  const days = { logs_retention_days: 3, traces_retention_days: 5, metrics_retention_days: 9 };
  await set(days);
  expect(await readRetention(platform.db, testSettings)).toEqual({ logs: 3, traces: 5, metrics: 9 });
  // What is older than may be kept counts as said when that began.
  const told = Date.now() - 4 * 86_400_000;
  const ageOf = async (text: string) => {
    const record = { timeUnixNano: String(BigInt(told) * 1_000_000n), body: { stringValue: text } };
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
    expect((await sendJson(platform, "logs", admin, request)).status).toBe(200);
    const stored = platform.db.selectFrom("telemetry_logs").where("message", "=", text).select("ts");
    const { ts } = await stored.executeTakeFirstOrThrow();
    return Math.round((Date.now() - Date.parse(ts)) / 86_400_000);
  };
  expect(await ageOf("beyond")).toBe(3);
  await set({ ...days, logs_retention_days: 6 });
  expect(await ageOf("within")).toBe(4);
  await set({ logs_retention_days: null, traces_retention_days: null, metrics_retention_days: null });
});

test("defaults that the environment gives are within what may be set", () => {
  const most = defaultSettings({ agentImage: "a", previewTtlHours: 9999, maxPreviews: 9999 });
  expect(most).toMatchObject({ preview_ttl_hours: 9999, max_previews: 9999 });
});

test("the documents name each setting, with what may be set", async () => {
  const text = await readFile(new URL("../../../../docs/administration.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` \| [^|]+ \| (\d*) ?\| (\d*) ?\|/gm)];
  const documented = rows.map(([, key, minimum, maximum]) => [key, minimum, maximum]);
  const settings: { key: string; minimum?: number; maximum?: number }[] = (
    await platform.send("GET", "/api/admin/config", admin)
  ).body;
  expect(documented).toEqual(
    settings.map(({ key, minimum, maximum }) => [key, String(minimum ?? ""), String(maximum ?? "")]),
  );
});

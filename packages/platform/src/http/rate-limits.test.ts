import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { defaultRateLimits, RateLimiter } from "./rate-limits.ts";

describe("the limiter", () => {
  test("counts each class of each caller by itself, until a minute after its first request", () => {
    let now = 0;
    const exceeded: string[] = [];
    const options = { now: () => now, onExceeded: (rateClass: string) => void exceeded.push(rateClass) };
    const limiter = new RateLimiter({ ...defaultRateLimits, read: 2 }, options);
    const take = (who: string) => limiter.take("read", who);
    expect(take("a")).toEqual({ limit: 2, remaining: 1, reset: 60, exceeded: false });
    now = 20_500;
    expect(take("a")).toEqual({ limit: 2, remaining: 0, reset: 40, exceeded: false });
    expect(take("a")).toEqual({ limit: 2, remaining: 0, reset: 40, exceeded: true });
    expect(take("b")?.exceeded).toBe(false);
    expect(limiter.take("write", "a")?.exceeded).toBe(false);
    now = 60_000;
    expect(take("a")).toEqual({ limit: 2, remaining: 1, reset: 60, exceeded: false });
    expect(exceeded).toEqual(["read"]);
  });

  test("without a limit says nothing", () => {
    expect(new RateLimiter({ ...defaultRateLimits, git: 0 }).take("git", "a")).toBeUndefined();
  });
});

describe("the platform", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform({ PLATFORM_RATE_LIMITS: "read=3,write=1,expensive=1,git=2,anonymous=2" });
  });
  afterAll(() => platform.close());

  test("says with every answer where its caller stands, and refuses one request too many", async () => {
    const token = await platform.token({ user: "admin" });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await platform.request("/api/auth/me", token));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get("ratelimit-policy"))).toEqual(Array(4).fill('"read";q=3;w=60'));
    expect(answers.map(({ headers }) => headers.get("ratelimit")?.split(";t=")[0])).toEqual(
      [2, 1, 0, 0].map((left) => `"read";r=${left}`),
    );
    const last = answers.at(-1);
    expect(await last?.json()).toEqual({ error: "too many requests", request_id: expect.any(String) });
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
    // Another token of the same user, and another class of the same token, have counts of their own.
    expect((await platform.request("/api/auth/me", await platform.token({ user: "admin" }))).status).toBe(200);
    expect((await platform.send("POST", "/api/projects", token, { name: "one" })).status).toBe(201);
    expect((await platform.send("POST", "/api/projects", token, { name: "two" })).status).toBe(429);
  });

  test("counts searching by itself", async () => {
    const project = await platform.addProject("admin", "searched");
    const token = await platform.token({ user: "admin" });
    const search = () => platform.request(`/api/projects/${project}/search?q=x`, token);
    expect((await search()).headers.get("ratelimit-policy")).toBe('"expensive";q=1;w=60');
    expect((await search()).status).toBe(429);
    expect((await platform.request("/api/projects", token)).status).toBe(200);
  });

  test("counts git by its credential, Basic and Bearer together", async () => {
    const token = await platform.token({ user: "admin" });
    const path = "/admin/nothing.git/info/refs?service=git-upload-pack";
    const basic = { authorization: `Basic ${Buffer.from(`admin:${token}`).toString("base64")}` };
    const answers = [
      await platform.request(path, token),
      await platform.request(path, undefined, { headers: basic }),
      await platform.request(path, token),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 429]);
  });

  test("counts strangers by address, shuts out nobody with a credential, and always answers probes", async () => {
    const statuses = [];
    for (const token of ["garbage", "other", "third"]) {
      statuses.push((await platform.request("/api/projects", token)).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
    expect((await platform.send("POST", "/api/auth/login", undefined, { name: "x", password: "y" })).status).toBe(429);
    expect((await platform.request("/api/projects", await platform.token({ user: "admin" }))).status).toBe(200);
    for (let i = 0; i < 5; i++) expect((await platform.request("/healthz")).status).toBe(200);
  });

  test("counts its refusals", async () => {
    const token = await platform.token({ user: "admin" });
    const text = await (await platform.request("/metrics", token)).text();
    expect(text).toContain('platform_http_rate_limited_total{class="read"}');
  });
});

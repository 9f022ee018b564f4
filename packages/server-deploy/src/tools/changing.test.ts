import { describe, expect, test } from "vitest";
import {
  asOlder,
  deploymentWith,
  historyOf,
  idOf,
  listed,
  previewWith,
  type Route,
  sendJson,
  sendPage,
  standInPlatform,
} from "../testing/stand-in-platform.ts";

const me = { "GET /api/auth/me": { id: idOf(90), name: "ada" } };

interface Changed {
  readonly text: string;
  readonly isError: boolean;
  readonly asked: readonly string[];
  readonly requests: readonly string[];
  readonly bodies: readonly unknown[];
}

/** Calls a tool where a person is asked before what destroys; they agree. */
async function change(
  tool: string,
  args: object,
  routes: Readonly<Record<string, Route>>,
  reply: "accept" | "decline" = "accept",
): Promise<Changed> {
  await using platform = await standInPlatform({
    routes: { ...me, ...routes },
    options: { confirm: true },
    reply: () => reply,
  });
  const { text, isError, asked } = await platform.call(tool, args);
  const { requests, bodies } = platform;
  return { text: text.replace(/\nRequest id: \S+$/, ""), isError, asked, requests, bodies };
}

const pending = deploymentWith({ current_status: "pending", generation: 4, observed_generation: 3 });

describe("create_deployment", () => {
  const route = "POST /deployments";
  const args = { environment: "staging", image_ref: "git:abc", values_override: { replicas: 2 } };

  test("sends what was given, and says what to wait for", async () => {
    const { text, bodies, asked } = await change("create_deployment", args, {
      [route]: sendJson(201, { ...pending, environment: "staging", generation: 1, observed_generation: 0 }),
    });
    expect(text).toMatchInlineSnapshot(`
      "environment: staging
      status: pending
      image: registry.example:5000/shop:a1
      generation: 1
      Next: wait_for_deployment with environment=staging."
    `);
    expect(bodies).toEqual([args]);
    expect(asked).toEqual([]);
  });

  test("of production is asked for first", async () => {
    const { asked } = await change("create_deployment", { ...args, environment: "production" }, { [route]: pending });
    expect(asked).toEqual(["Deploy to production for the first time?\nimage: git:abc"]);
  });

  test("where one is names the tool that changes it", async () => {
    const error = "production has image a:1 (healthy since 2026-11-20T10:00:00Z)";
    const { text, isError } = await change("create_deployment", args, { [route]: sendJson(409, { error }) });
    expect(isError).toBe(true);
    expect(text).toMatchInlineSnapshot(`
      "create_deployment failed: 409 "production has image a:1 (healthy since 2026-11-20T10:00:00Z)" (POST /api/projects/{project_id}/deployments).
      What is there stays as it is. To change it: update_deployment with environment=staging."
    `);
  });

  test.each<[string, Route]>([
    ["405", (response) => void response.writeHead(405, { allow: "GET" }).end()],
    ["a page for browsers", sendPage],
  ])("is not offered by a platform that answers %s, and what makes one there is said", async (_, answer) => {
    const { text, isError } = await change("create_deployment", args, { [route]: answer });
    expect(isError).toBe(true);
    expect(text).toContain("This platform makes no deployment by a call: a successful pipeline");
  });
});

describe("update_deployment", () => {
  const route = "PATCH /deployments/production";
  const environment = "production";
  const now = { "GET /deployments/production": deploymentWith({ image_ref: "shop:1" }) };

  test("of production asks with what is there and what it becomes", async () => {
    const changes = {
      image_ref: "shop:2",
      desired_status: "stopped",
      values_override: { a: "x y" },
      ops_repo_id: null,
      manifest_path: "b.yaml",
    };
    const { asked, bodies, text } = await change(
      "update_deployment",
      { environment, ...changes },
      { ...now, [route]: pending },
    );
    expect(asked).toMatchInlineSnapshot(`
      [
        "Change production (http://production.shop.localhost:8081/)?
      image: shop:1 -> shop:2
      wanted status: active -> stopped
      manifests: none -> b.yaml
      values: "{\\"a\\":\\"x y\\"}"",
      ]
    `);
    expect(bodies).toEqual([changes]);
    expect(text).toMatchInlineSnapshot(`
      "environment: production
      status: pending
      image: registry.example:5000/shop:a1
      generation: 4
      Next: wait_for_deployment with environment=production."
    `);
  });

  test("with no change deploys anew, and asks so", async () => {
    const { asked, bodies } = await change("update_deployment", { environment }, { ...now, [route]: pending });
    expect(asked).toEqual([
      "Deploy production (http://production.shop.localhost:8081/) anew, as it is?\nimage: shop:1",
    ]);
    expect(bodies).toEqual([{}]);
  });

  test("asks also where what is there cannot be had", async () => {
    const { asked } = await change("update_deployment", { environment, image_ref: "shop:2" }, { [route]: pending });
    expect(asked).toEqual(["Change production?\nimage: ? -> shop:2"]);
  });

  test("that the person declines changes nothing", async () => {
    const { text, requests } = await change(
      "update_deployment",
      { environment },
      { ...now, [route]: pending },
      "decline",
    );
    expect(text).toMatch(/^update_deployment did nothing: the person who was asked declined/);
    expect(requests.some((request) => request.startsWith("PATCH"))).toBe(false);
  });

  test("of another environment asks nobody", async () => {
    const { asked } = await change(
      "update_deployment",
      { environment: "staging", image_ref: "shop:2" },
      { "PATCH /deployments/staging": pending },
    );
    expect(asked).toEqual([]);
  });

  test("says what a platform has not cleared", async () => {
    const { text } = await change(
      "update_deployment",
      { environment, values_override: null, manifest_path: null },
      { ...now, [route]: asOlder(deploymentWith({ values_override: { a: 1 }, current_status: "pending" })) },
    );
    expect(text).toContain(
      "This platform cannot clear what was set: values_override stayed. Next: wait_for_deployment",
    );
  });
});

describe("rollback_deploy", () => {
  const route = "POST /deployments/production/rollback";
  const args = { environment: "production" };
  const now = {
    "GET /deployments/production": deploymentWith({ image_ref: "shop:3" }),
    "GET /deployments/production/history": historyOf(
      { image_ref: "shop:3" },
      { image_ref: "", status: "failure" },
      { image_ref: "shop:2" },
      { image_ref: "shop:1" },
    ),
  };

  test("asks with both images, and says what it goes back to", async () => {
    const { text, asked } = await change("rollback_deploy", args, {
      ...now,
      [route]: { ok: true, image_ref: "shop:2", generation: 4 },
    });
    expect(asked).toMatchInlineSnapshot(`
      [
        "Roll production back (http://production.shop.localhost:8081/)?
      from: shop:3
      back to: shop:2",
      ]
    `);
    expect(text).toMatchInlineSnapshot(`
      "environment: production
      back_to: shop:2
      from: shop:3
      generation: 4
      Next: wait_for_deployment with environment=production."
    `);
  });

  test("is told in the words of the platform that there is nothing to go back to", async () => {
    const { text, isError } = await change("rollback_deploy", args, {
      ...now,
      [route]: sendJson(409, { error: "there is no earlier successful deployment of another image" }),
    });
    expect(isError).toBe(true);
    expect(text).toMatchInlineSnapshot(`
      "rollback_deploy failed: 409 "there is no earlier successful deployment of another image" (POST /api/projects/{project_id}/deployments/{environment}/rollback).
      Nothing has changed. get_deploy_history with environment=production shows what ran; update_deployment takes any image_ref."
    `);
  });

  test("on the first platform says what it goes back to all the same, and what it does not", async () => {
    const { text } = await change("rollback_deploy", args, {
      ...now,
      "GET /deployments/production": asOlder(deploymentWith({ image_ref: "shop:3" })),
      [route]: { ok: true },
    });
    expect(text).toMatchInlineSnapshot(`
      "environment: production
      back_to: shop:2
      from: shop:3
      This platform goes back to the image alone, not to its values, and a second time to the same one; that there is none to go back to, only its history says. Next: wait_for_deployment with environment=production."
    `);
  });

  test("that the person declines changes nothing", async () => {
    const { requests, isError } = await change("rollback_deploy", args, { ...now, [route]: { ok: true } }, "decline");
    expect(isError).toBe(true);
    expect(requests).not.toContain(route);
  });

  test("of another environment asks nobody", async () => {
    const { asked } = await change(
      "rollback_deploy",
      { environment: "staging" },
      { "POST /deployments/staging/rollback": { ok: true, image_ref: "shop:2", generation: 4 } },
    );
    expect(asked).toEqual([]);
  });
});

describe("stop_preview", () => {
  const routes = { "GET /previews": listed(previewWith()), "DELETE /previews/feature-login": { ok: true } };

  test("asks, ends it, and says what comes", async () => {
    const { text, asked, requests } = await change("stop_preview", { preview: "feature/login" }, routes);
    expect(asked).toEqual(["End the preview of branch feature/login (http://feature-login.shop.localhost:8081/)?"]);
    expect(text).toMatchInlineSnapshot(`
      "slug: feature-login
      branch: feature/login
      status: stopping
      It is gone once nothing of it runs. A later push of the branch makes another."
    `);
    expect(requests.at(-1)).toBe("DELETE /previews/feature-login");
  });

  test("on the first platform says what may be left", async () => {
    const { text } = await change(
      "stop_preview",
      { preview: "feature-login" },
      { ...routes, "GET /previews": listed(asOlder(previewWith())) },
    );
    expect(text).toContain("This platform may leave what ran for it.");
  });
});

test("sync_ops_repo says what it has come to", async () => {
  const { text, asked } = await change(
    "sync_ops_repo",
    { ops_repo_id: idOf(9) },
    { [`POST /api/admin/ops-repos/${idOf(9)}/sync`]: { ok: true, sha: "c".repeat(40) } },
  );
  expect(text).toBe("commit: cccccccccccc\nNext: list_deployments; wait_for_deployment for one that follows.");
  expect(asked).toEqual([]);
});

import { expect, test } from "vitest";
import { projects } from "../contract/index.ts";
import { testClient } from "../testing/client.ts";
import { startHttpServer } from "../testing/http-server.ts";

/** What the client makes of one JSON text, asked for twice, and what it warned of. */
async function receive(json: string) {
  const warnings: string[] = [];
  await using server = await startHttpServer((response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(json),
  );
  await using client = testClient(server.url, { warn: (line) => warnings.push(line) });
  const answers = [await client.call(projects.listProjects, {}), await client.call(projects.listProjects, {})];
  expect(answers[1]).toEqual(answers[0]);
  return { answer: answers[0], warnings };
}

const project = {
  id: "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11",
  owner_id: "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b12",
  name: "demo",
  display_name: null,
  description: null,
  visibility: "private",
  default_branch: "main",
  agent_image: null,
  is_active: true,
  created_at: "2026-02-23T07:15:41.123456Z",
  updated_at: "2026-02-23T07:15:41Z",
};

test("unknown fields are kept, without a word", async () => {
  const body = { items: [{ ...project, stars: 5 }], total: 1, next: "x" };
  expect(await receive(JSON.stringify(body))).toEqual({ answer: body, warnings: [] });
});

test("what does not fit the contract is passed on as it came, with one warning", async () => {
  const body = { items: [{ ...project, visibility: "secret\u001b[31m" }, { id: 7 }], total: "many" };
  const { answer, warnings } = await receive(JSON.stringify(body));
  expect(answer).toEqual(body);
  expect(warnings).toMatchInlineSnapshot(`
    [
      "The platform's answer to GET /api/projects is not as the contract says, and is passed on as it came: items.0.visibility: Invalid option: expected one of "private"|"internal"|"public"; items.1.id: Invalid input: expected string, received number; items.1.owner_id: Invalid input: expected string, received undefined; and 10 more",
    ]
  `);
});

test("another JSON than an object is passed on as well", async () => {
  for (const body of ["[1,2]", '"text"', "7", "false"]) {
    const { answer, warnings } = await receive(body);
    expect(answer).toEqual(JSON.parse(body));
    expect(warnings).toHaveLength(1);
  }
});

test("keys that would change a prototype are left out, however they are written", async () => {
  for (const key of ["__proto__", "\\u005f_proto__", "__pr\\u006Fto__"]) {
    const { answer } = await receive(`{"items":[],"total":0,"a":{"${key}":{"polluted":true},"b":1}}`);
    expect(answer).toEqual({ items: [], total: 0, a: { b: 1 } });
    expect(Object.assign({}, Object.entries(answer ?? {}).at(-1)?.[1])).not.toHaveProperty("polluted");
  }
  expect({}).not.toHaveProperty("polluted");
});

test("a byte order mark is no part of the JSON", async () => {
  expect(await receive('\ufeff{"items":[],"total":0}')).toMatchObject({ answer: { items: [], total: 0 } });
});

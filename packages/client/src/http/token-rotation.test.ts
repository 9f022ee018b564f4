import { mkdtemp, rename, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileToken } from "../config/token-file.ts";
import { projects } from "../contract/index.ts";
import { failureOf, testClient } from "../testing/client.ts";
import { type SeenRequest, sendJson, startHttpServer } from "../testing/http-server.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "client-token-"));
});
afterAll(() => rm(directory, { recursive: true }));

const bearers = (seen: readonly SeenRequest[]) => seen.map(({ headers }) => headers.authorization);

/** A platform that takes one token only. */
function platformTaking(token: () => string) {
  return startHttpServer((response, { headers }) =>
    headers.authorization === `Bearer ${token()}`
      ? sendJson(response, 200, { items: [], total: 0 })
      : sendJson(response, 401, { error: "unauthorized" }),
  );
}

test("a file that changed is read before the next call", async () => {
  const file = join(directory, "changed");
  await writeFile(file, "token-1\n");
  await using server = await platformTaking(() => "token-2");
  await using client = testClient(server.url, { token: fileToken(file, "X") });
  await writeFile(`${file}.new`, "token-2\n");
  await rename(`${file}.new`, file);
  await client.call(projects.listProjects, {});
  expect(bearers(server.seen)).toEqual(["Bearer token-2"]);
});

test("after a 401 the file is read again, and the call sent once more with the new token, a write too", async () => {
  const file = join(directory, "rotated");
  await writeFile(file, "token-1");
  let valid = "token-1";
  await using server = await startHttpServer(async (response, { headers }) => {
    if (headers.authorization === `Bearer ${valid}`) return sendJson(response, 201, {});
    // The new token arrives while the old one is being refused.
    await writeFile(file, valid);
    sendJson(response, 401, { error: "unauthorized" });
  });
  await using client = testClient(server.url, { token: fileToken(file, "X") });
  const create = () => client.call(projects.createProject, { body: { name: "demo" } });
  await create();
  valid = "token-2";
  await create();
  expect(bearers(server.seen)).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
  const [, refused, accepted] = server.seen;
  expect(accepted?.headers["idempotency-key"]).toBe(refused?.headers["idempotency-key"]);
});

test("calls at the same time all get through a rotation", async () => {
  const file = join(directory, "parallel");
  await writeFile(file, "token-1");
  let valid = "token-1";
  await using server = await platformTaking(() => valid);
  await using client = testClient(server.url, { token: fileToken(file, "X") });
  await client.call(projects.listProjects, {});
  valid = "token-2";
  await writeFile(file, "token-2");
  await Promise.all(Array.from({ length: 10 }, () => client.call(projects.listProjects, {})));
});

test("a 401 with the same token is final", async () => {
  const file = join(directory, "same");
  await writeFile(file, "token-1");
  await using server = await platformTaking(() => "another");
  await using client = testClient(server.url, { token: fileToken(file, "X") });
  expect(await failureOf(client.call(projects.listProjects, {}))).toMatchObject({
    status: 401,
    retryable: false,
    message: "GET /api/projects answered 401 Unauthorized: unauthorized",
  });
  expect(server.seen).toHaveLength(1);
});

test("a file that is gone or empty in the middle of its rotation leaves the last token in use", async () => {
  const file = join(directory, "gone");
  await writeFile(file, "token-1");
  const token = fileToken(file, "X");
  await writeFile(file, "");
  expect(await token.get()).toBe("token-1");
  await unlink(file);
  expect(await token.get()).toBe("token-1");
  expect(await token.refresh()).toBe(false);
  await writeFile(file, "token-2");
  expect(await token.refresh()).toBe(true);
  expect(await token.get()).toBe("token-2");
});

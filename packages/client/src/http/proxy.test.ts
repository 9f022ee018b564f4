import { expect, test } from "vitest";
import { projects } from "../contract/index.ts";
import { facts, failureOf, testClient } from "../testing/client.ts";
import { sendJson, startHttpServer } from "../testing/http-server.ts";
import { startProxy } from "../testing/proxy.ts";
import { runProgram } from "../testing/run-program.ts";
import { freeUrl, startTcpServer } from "../testing/tcp-server.ts";

const page = { items: [], total: 0 };
// Names that no resolver knows: only the proxy can take a request there.
const platform = "http://platform.invalid";
const securePlatform = "https://platform.invalid";

test("HTTP_PROXY takes the requests, with the user and password of its URL", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, page));
  await using proxy = await startProxy(server.url);
  await using client = testClient(platform, { env: { HTTP_PROXY: proxy.url.replace("//", "//user:pass@") } });
  expect(await client.call(projects.listProjects, {})).toEqual(page);
  const basic = Buffer.from("user:pass").toString("base64");
  expect(proxy.seen).toEqual([`GET http://platform.invalid/api/projects Basic ${basic}`]);
});

test("the settings of a real process's environment count", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, { ...page, total: 7 }));
  await using proxy = await startProxy(server.url);
  const env = { PLATFORM_API_URL: platform, PLATFORM_API_TOKEN: "x1234567", http_proxy: proxy.url };
  expect(await runProgram("call-once.ts", env)).toEqual({ code: 0, stdout: "total 7\n", stderr: "" });
  expect(proxy.seen).toHaveLength(1);
});

test.each(["127.0.0.1", "127.0.0.1:PORT", "other.test, *"])("NO_PROXY=%s goes past it", async (noProxy) => {
  await using server = await startHttpServer((response) => sendJson(response, 200, page));
  await using proxy = await startProxy(server.url);
  const env = { HTTP_PROXY: proxy.url, NO_PROXY: noProxy.replace("PORT", new URL(server.url).port) };
  await using client = testClient(server.url, { env });
  await client.call(projects.listProjects, {});
  expect([proxy.seen.length, server.seen.length]).toEqual([0, 1]);
});

test("HTTPS_PROXY makes a tunnel; a handshake that fails in it was not sent", async () => {
  await using server = await startTcpServer({ accept: (socket) => socket.end("no TLS here") });
  await using proxy = await startProxy(server.url);
  await using client = testClient(securePlatform, { env: { HTTPS_PROXY: proxy.url } });
  const error = await failureOf(client.call(projects.createProject, { body: { name: "demo" } }));
  expect(proxy.seen).toEqual(["CONNECT platform.invalid:443"]);
  expect(error).toMatchObject({ name: "NetworkError", outcome: "not_sent", retryable: false });
});

test.each([
  [platform, 407],
  [securePlatform, 407],
  [securePlatform, 403],
])("a proxy that refuses to go to %s with %i is named, and nothing was sent", async (url, status) => {
  await using proxy = await startProxy(platform, status);
  await using client = testClient(url, { env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url } });
  const error = await failureOf(client.call(projects.createProject, { body: { name: "demo" } }));
  expect(proxy.seen).toHaveLength(1);
  const why = status === 407 ? "the proxy wants a user and password (407)." : "the proxy refused the connection (403).";
  expect(facts(error, url)).toEqual({
    name: "NetworkError",
    outcome: "not_sent",
    retryable: false,
    message: `POST /api/projects: cannot connect to URL: ${why} Nothing was sent.`,
  });
});

test("a proxy that is not there is tried again like the platform itself", async () => {
  const env = { HTTP_PROXY: await freeUrl(), HTTPS_PROXY: await freeUrl() };
  for (const url of [platform, securePlatform]) {
    await using client = testClient(url, { env });
    const error = await failureOf(client.call(projects.createProject, { body: { name: "demo" } }));
    expect(facts(error, url)).toMatchObject({ name: "NetworkError", outcome: "not_sent", retryable: true });
    expect(facts(error, url).message).toMatch(/connection refused.* Tried 6 times\.$/);
  }
});

test("a proxy that takes the connection and says nothing is a connection that times out", async () => {
  await using proxy = await startTcpServer({});
  await using client = testClient(securePlatform, { env: { HTTPS_PROXY: proxy.url }, timeouts: { connect: 100 } });
  const error = await failureOf(client.call(projects.listProjects, {}));
  expect(facts(error, securePlatform)).toMatchObject({
    name: "TimeoutError",
    message: "GET /api/projects: no connection to URL within 0.1 s. Nothing was sent.",
  });
});

test("settings that are no URL are said to be so, without their value", async () => {
  await using client = testClient(platform, { env: { HTTP_PROXY: "user:secret@proxy" } });
  const error = await failureOf(client.call(projects.listProjects, {}));
  expect(error).toMatchObject({
    name: "ConfigError",
    message: "HTTP_PROXY must be the URL of a proxy, such as http://proxy.example:3128",
  });
});

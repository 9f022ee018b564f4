import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projects } from "../contract/index.ts";
import { canMakeCertificates, makePrivateCa, type PrivateCa } from "../testing/certificates.ts";
import { facts, failureOf, testClient } from "../testing/client.ts";
import { sendJson, startHttpServer } from "../testing/http-server.ts";
import { startProxy } from "../testing/proxy.ts";
import { runProgram } from "../testing/run-program.ts";

test("https to a server that speaks http", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, {}));
  const url = server.url.replace("http:", "https:");
  await using client = testClient(url);
  const error = facts(await failureOf(client.call(projects.createProject, { body: { name: "demo" } })), url);
  expect(error).toMatchObject({ name: "NetworkError", outcome: "not_sent", retryable: false });
  expect(error.message).toMatch(
    /TLS failed \(\w+\)\. Is it https in PLATFORM_API_URL that should be http\? Nothing was sent\.$/,
  );
});

// Where there is no openssl there is nothing to make the certificates with.
describe.skipIf(!canMakeCertificates)("a private CA", () => {
  let directory: string;
  let ca: PrivateCa;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "client-tls-"));
    ca = makePrivateCa(directory);
    server = createServer({ key: ca.key, cert: ca.cert }, (_, response) =>
      sendJson(response, 200, { items: [], total: 3 }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  const run = (env: Record<string, string>) =>
    runProgram("call-once.ts", { PLATFORM_API_URL: url, PLATFORM_API_TOKEN: "x1234567", ...env });

  test("is not trusted by itself, and the error says what to do", async () => {
    await using client = testClient(url);
    const error = await failureOf(client.call(projects.createProject, { body: { name: "demo" } }));
    expect(facts(error, url)).toMatchInlineSnapshot(`
      {
        "message": "POST /api/projects: cannot connect to URL: its certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE). For a private CA set NODE_EXTRA_CA_CERTS to its file. Nothing was sent.",
        "name": "NetworkError",
        "outcome": "not_sent",
        "retryable": false,
      }
    `);
  });

  test("is trusted when NODE_EXTRA_CA_CERTS names it", async () => {
    expect(await run({ NODE_EXTRA_CA_CERTS: ca.caFile })).toEqual({ code: 0, stdout: "total 3\n", stderr: "" });
  });

  test("is trusted through a proxy's tunnel as well, for the name in the URL", async () => {
    await using proxy = await startProxy(url);
    const env = { NODE_EXTRA_CA_CERTS: ca.caFile, HTTPS_PROXY: proxy.url };
    expect((await run({ ...env, PLATFORM_API_URL: "https://platform.test" })).stdout).toBe("total 3\n");
    expect((await run({ ...env, PLATFORM_API_URL: "https://other.test" })).stdout).toMatch(
      /ERR_TLS_CERT_ALTNAME_INVALID/,
    );
    expect(proxy.seen).toEqual(["CONNECT platform.test:443", "CONNECT other.test:443"]);
  });
});

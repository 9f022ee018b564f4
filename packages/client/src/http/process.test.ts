import { expect, test } from "vitest";
import { sendJson, startHttpServer } from "../testing/http-server.ts";
import { runProgram } from "../testing/run-program.ts";

test("importing the package does not load the HTTP library", async () => {
  expect(await runProgram("list-loaded-modules.ts", {})).toEqual({ code: 0, stdout: "undici: false\n", stderr: "" });
});

test("a process ends by itself after close(), though the server would keep the connection", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, { items: [], total: 1 }));
  const env = { PLATFORM_API_URL: server.url, PLATFORM_API_TOKEN: "x1234567" };
  expect(await runProgram("call-once.ts", env)).toEqual({ code: 0, stdout: "total 1\n", stderr: "" });
});

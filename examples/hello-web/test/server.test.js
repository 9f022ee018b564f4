import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("the program listens on PORT and ends by itself when it is told to", async () => {
  const server = spawn(process.execPath, [fileURLToPath(new URL("../server.js", import.meta.url))], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");

  const [line] = await once(createInterface({ input: server.stdout }), "line");
  const [url] = line.match(/http:\S+$/);
  const greetings = await (await fetch(`${url}/api/greetings`)).json();
  assert.equal(greetings.length, 1);

  server.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);
});

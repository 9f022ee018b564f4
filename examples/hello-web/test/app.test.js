import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { createApp } from "../src/app.js";
import { Greetings } from "../src/greetings.js";

let server;
let url;

before(async () => {
  server = createApp(new Greetings()).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.close();
  server.closeAllConnections();
});

function post(body) {
  return fetch(`${url}/api/greetings`, { method: "POST", body });
}

test("it says that it is healthy", async () => {
  const response = await fetch(`${url}/healthz`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: "ok" });
});

test("a greeting that was left is listed, and shown on the page without becoming markup", async () => {
  const left = await post(JSON.stringify({ name: "Zoë", text: "<i>hi</i>" }));
  assert.equal(left.status, 201);
  const greeting = await left.json();

  const listed = await (await fetch(`${url}/api/greetings`)).json();
  assert.deepEqual(listed.find(({ id }) => id === greeting.id), greeting);

  const page = await (await fetch(url)).text();
  assert.match(page, /<b>Zoë<\/b>: &lt;i&gt;hi&lt;\/i&gt;/);
});

const long = JSON.stringify({ name: "A", text: "x".repeat(501) });
for (const [what, body, error] of [
  ["a greeting without a name", '{"text":"hi"}', "name is missing"],
  ["a greeting that is too long", long, "text is longer than 500 characters"],
  ["a body that is not JSON", "hi", "the body is not JSON"],
  ["a body that is too large", "x".repeat(1_000_000), "the body is longer than 10000 bytes"],
]) {
  test(`${what} is refused`, async () => {
    const response = await post(body);
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), { error });
  });
}

test("an unknown path is 404, a wrong method 405", async () => {
  assert.equal((await fetch(`${url}/nowhere`)).status, 404);
  assert.equal((await fetch(`${url}//`)).status, 404);
  const response = await fetch(`${url}/healthz`, { method: "DELETE" });
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "GET");
});

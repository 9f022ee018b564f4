import { createServer } from "node:http";
import { InvalidGreeting } from "./greetings.js";
import { page } from "./page.js";

const maxBodyBytes = 10_000;

/** The web application as an HTTP server that does not listen yet. */
export function createApp(greetings) {
  const routes = {
    "/": {
      GET: () => html(200, page(greetings.list())),
    },
    "/healthz": {
      GET: () => json(200, { status: "ok" }),
    },
    "/api/greetings": {
      GET: () => json(200, greetings.list()),
      POST: async (request) => json(201, greetings.add(await readJson(request))),
    },
  };

  return createServer(async (request, response) => {
    const { status, headers, body } = await answer(routes, request);
    response.writeHead(status, headers).end(body);
  });
}

async function answer(routes, request) {
  const [path] = request.url.split("?");
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (methods === undefined) return json(404, { error: "not found" });

  const allowed = Object.keys(methods);
  if (!allowed.includes(request.method)) {
    return json(405, { error: "method not allowed" }, { allow: allowed.join(", ") });
  }

  try {
    return await methods[request.method](request);
  } catch (error) {
    if (error instanceof InvalidGreeting) return json(400, { error: error.message });
    console.error(error);
    return json(500, { error: "internal error" });
  }
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // What is too much is still read, for only then does its sender read the answer.
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  if (size > maxBodyBytes) throw new InvalidGreeting(`the body is longer than ${maxBodyBytes} bytes`);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new InvalidGreeting("the body is not JSON");
  }
}

function json(status, value, headers = {}) {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

function html(status, body) {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

import { once } from "node:events";
import type { RequestListener } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { until } from "../../../../db/embedded/until.ts";
import { openProxy, type ProxyScene } from "../testing/proxy-scene.ts";

let scene: ProxyScene;
beforeAll(async () => {
  scene = await openProxy();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** How headers show the two bytes of "ä", which is how they are to go on. */
const bytes = Buffer.from("ä").toString("latin1");

/** Answers with how it was asked. */
const mirror: RequestListener = async (request, response) => {
  const { method, url, rawHeaders } = request;
  response.end(JSON.stringify({ method, url, rawHeaders, body: await text(request) }));
};

test("a request is handed on as it is, and says who has sent it", async () => {
  const app = await scene.web(mirror);
  const headers = { "X-Some": "ä", Cookie: "a=1; b=2", Forwarded: "for=10.0.0.1" };
  const spoofed = {
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Host": "bank",
    "X-Forwarded-Proto": "https",
    "X-Real-IP": "1",
  };
  const hops = {
    Connection: "close, X-Secret, Content-Length, Host",
    "Keep-Alive": "1",
    TE: "trailers",
    "X-Secret": "1",
  };
  const options = {
    method: "PUT",
    path: "/a%2Fb/../c?d=e&f#",
    headers: { ...headers, ...spoofed, ...hops, "Content-Length": "4" },
  };
  const { body } = await scene.get(app, options, "body");
  const seen = JSON.parse(body);
  expect(seen).toMatchObject({ method: "PUT", url: "/a%2Fb/../c?d=e&f#", body: "body" });
  const pairs = seen.rawHeaders.flatMap((name: string, index: number, all: string[]) =>
    index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
  );
  expect(pairs.toSorted()).toEqual([
    "Connection: close",
    "Content-Length: 4",
    "Cookie: a=1; b=2",
    "X-Forwarded-For: 127.0.0.1",
    `X-Forwarded-Host: ${app.host}`,
    "X-Forwarded-Proto: http",
    `X-Some: ${bytes}`,
    `host: ${app.host}`,
  ]);
});

test("an answer comes as it is, but for what is between neighbours and cookies for others", async () => {
  const cookies = [
    "a=1; Domain=localhost; Path=/; HttpOnly",
    "b=2;domain=.shop.localhost",
    "c=3; Path=/domain=x; Secure",
    "d=domain",
  ];
  const app = await scene.web((_, response) => {
    response.writeHead(418, {
      "Set-Cookie": cookies,
      "X-Some": "ä",
      "Keep-Alive": "timeout=1",
      Connection: "X-Hop",
      "X-Hop": "1",
    });
    response.end(Buffer.from("short and stout"));
  });
  const { status, headers, rawHeaders, body } = await scene.get(app);
  expect({ status, body }).toEqual({ status: 418, body: "short and stout" });
  expect(headers["set-cookie"]).toEqual(["a=1; Path=/; HttpOnly", "b=2", "c=3; Path=/domain=x; Secure", "d=domain"]);
  expect(headers).toMatchObject({ "x-some": "ä", connection: "close" });
  expect(rawHeaders.map((name) => name.toLowerCase())).not.toContain("x-hop");
});

test.each(["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PATCH"])("%s keeps its body, or has none", async (method) => {
  const app = await scene.web(mirror);
  const { status, body } = await scene.get(app, { method });
  expect(status).toBe(200);
  const none = method === "HEAD" ? "" : expect.stringContaining('"body":""');
  expect(body).toEqual(none);
  if (method === "HEAD") return;
  const chunked = await scene.get(app, { method, headers: { "Transfer-Encoding": "chunked" } }, "in pieces");
  expect(JSON.parse(chunked.body).body).toBe("in pieces");
  const sized = await scene.get(app, { method, headers: { "Content-Length": "5" } }, "sized");
  expect(JSON.parse(sized.body).body).toBe("sized");
});

describe("what is said", () => {
  test("streams both ways, however slowly", async () => {
    const app = await scene.web((request, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
      request.on("data", (chunk) => response.write(`heard ${chunk}`));
      request.on("end", () => response.end("bye"));
    });
    const asked = scene.open(app, { method: "POST" });
    asked.flushHeaders();
    const [answer] = await once(asked, "response");
    for (const word of ["one", "two"]) {
      asked.write(word);
      expect(String((await once(answer, "data"))[0])).toBe(`heard ${word}`);
    }
    asked.end();
    expect(await text(answer)).toBe("bye");
  });

  test("may be large, and waits for who reads it", async () => {
    const size = 50_000_000;
    let sent = 0;
    const app = await scene.web(async (_, response) => {
      for (; sent < size; sent += 100_000) {
        if (!response.write(Buffer.alloc(100_000))) await once(response, "drain");
      }
      response.end();
    });
    const asked = scene.open(app).end();
    const [answer] = await once(asked, "response");
    await once(answer, "readable");
    expect(sent).toBeLessThan(size);
    expect((await buffer(answer)).length).toBe(size);
  });

  test("ends for both when one goes away", async () => {
    let closed = 0;
    const app = await scene.web((_, response) => {
      response.once("close", () => closed++);
      response.write("x");
    });
    const asked = scene.open(app).end();
    asked.on("error", () => {});
    await once(asked, "response");
    expect(app.underWay).toBe(1);
    asked.destroy();
    expect(await until(() => closed === 1 && app.underWay === 0, 10_000)).toBe(true);

    const dying = await scene.web((_, response) => {
      response.write("half");
      setImmediate(() => response.destroy());
    });
    await expect(scene.get(dying)).rejects.toThrow("aborted");
    expect(await until(() => dying.underWay === 0, 10_000)).toBe(true);
  });

  test("is answered before all of it was sent", async () => {
    const app = await scene.web((_, response) => response.writeHead(413).end("too much"));
    const asked = scene.open(app, { method: "POST" });
    asked.on("error", () => {});
    asked.write("x");
    const [answer] = await once(asked, "response");
    expect(answer.statusCode).toBe(413);
    asked.destroy();
    expect(await until(() => app.underWay === 0, 10_000)).toBe(true);
  });
});

test("who uploads to what goes away learns of it", async () => {
  const app = await scene.raw((socket) => socket.resetAndDestroy());
  const asked = scene.open(app, { method: "POST" });
  asked.on("error", () => {});
  // More than fits into what lies between them, and not all of it: nobody may wait for the end.
  asked.write(Buffer.alloc(20_000_000));
  const [answer] = await once(asked, "response");
  expect(answer.statusCode).toBe(502);
  asked.destroy();
  expect(await until(() => app.underWay === 0, 10_000)).toBe(true);
});

test("what goes over to another protocol unasked has not answered", async () => {
  const app = await scene.raw((socket) => {
    socket.write("HTTP/1.1 101 .\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  });
  expect(await scene.get(app)).toMatchObject({ status: 502 });
  expect(await until(() => app.underWay === 0, 10_000)).toBe(true);
});

describe("a WebSocket", () => {
  test("goes both ways, and its end too", async () => {
    const app = await scene.web(mirror);
    const seen: unknown[] = [];
    const sockets = new WebSocketServer({ server: app.server });
    sockets.on("connection", (socket, { headers, url }) => {
      seen.push(url, headers["x-forwarded-for"], headers.host);
      socket.on("message", (data) => socket.send(`heard ${data}`));
      socket.on("close", (code) => seen.push(code));
    });
    const socket = new WebSocket(`ws://127.0.0.1:${scene.port}/chat?x=1`, { headers: { host: app.host } });
    await once(socket, "open");
    for (const word of ["one", "x".repeat(200_000)]) {
      socket.send(word);
      expect(String((await once(socket, "message"))[0])).toBe(`heard ${word}`);
    }
    expect(app.underWay).toBe(1);
    socket.close(4001);
    await once(socket, "close");
    expect(await until(() => app.underWay === 0 && seen.length === 4, 10_000)).toBe(true);
    expect(seen).toEqual(["/chat?x=1", "127.0.0.1", app.host, 4001]);
  });

  test.each([
    ["that nobody takes", 401, () => scene.web((_, response) => response.writeHead(401).end("no"))],
    ["of what is not there", 404, async () => ({ host: "none.shop.localhost" })],
    ["of what is starting", 503, async () => scene.app("starting")],
    ["of what refuses connections", 502, async () => scene.app(1)],
  ])("%s is answered", async (_, status, make) => {
    const { host } = await make();
    const socket = new WebSocket(`ws://127.0.0.1:${scene.port}/`, { headers: { host } });
    const [error] = await once(socket, "error");
    expect(error.message).toBe(`Unexpected server response: ${status}`);
  });

  test("is the only other protocol", async () => {
    const app = await scene.web(mirror);
    const ask = [`GET / HTTP/1.1`, `Host: ${app.host}`, "Connection: Upgrade, HTTP2-Settings"];
    const answer = await scene.send([...ask, "Upgrade: h2c", "HTTP2-Settings: x", "", ""]);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).not.toMatch(/h2c|HTTP2/i);
    const body = await scene.send([...ask, "Upgrade: h2c", "Content-Length: 5", "", "GET /"]);
    expect(body).toMatch(/^HTTP\/1.1 400 /);
  });

  test("is not what another protocol becomes, whatever is answered", async () => {
    const app = await scene.raw((socket) => {
      socket.write("HTTP/1.1 101 .\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    });
    const answer = await scene.send(
      [`GET / HTTP/1.1`, `Host: ${app.host}`, "Connection: Upgrade", "Upgrade: h2c", "", ""],
      (soFar) => soFar.includes("\r\n\r\n"),
    );
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
  });

  test("that becomes an answer which breaks off is no two answers", async () => {
    const begun = Promise.withResolvers<() => void>();
    const app = await scene.raw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
      begun.resolve(() => socket.resetAndDestroy());
    });
    const ask = [`GET / HTTP/1.1`, `Host: ${app.host}`, "Connection: Upgrade", "Upgrade: websocket", "", ""];
    let answer = "";
    await scene
      .send(ask, (soFar) => {
        if (answer === "" && soFar.endsWith("half")) void begun.promise.then((reset) => reset());
        answer = soFar;
        return false;
      })
      .catch(() => {});
    expect(answer).toMatch(/half$/);
  });
});

import type { ServerResponse } from "node:http";
import type { Handler } from "./fake-api-server.ts";

/** A container's log, which grows until it is ended. */
export interface FakeLog {
  readonly handler: Handler;
  /** Adds a line, with the time at which it was written in milliseconds since 1970. */
  add(line: string, time: number): void;
  end(): void;
}

export function fakeLog(): FakeLog {
  const entries: { readonly time: number; readonly text: string }[] = [];
  const followers = new Map<ServerResponse, number>();
  let isOver = false;
  const send = (response: ServerResponse, since: number) => {
    for (const { time, text } of entries.slice(followers.get(response) ?? 0)) {
      if (time >= since) response.write(`${new Date(time).toISOString().replace("Z", "000000Z")} ${text}\n`);
    }
    followers.set(response, entries.length);
    if (isOver) response.end();
  };
  return {
    handler(_, response, url) {
      if (!url.pathname.endsWith("/log")) return false;
      const sinceTime = url.searchParams.get("sinceTime");
      const since = sinceTime === null ? 0 : Date.parse(sinceTime);
      response.writeHead(200, { "content-type": "text/plain" });
      response.flushHeaders();
      send(response, since);
      if (url.searchParams.get("follow") !== "true") {
        followers.delete(response);
        if (!response.writableEnded) response.end();
      }
      response.once("close", () => followers.delete(response));
      return true;
    },
    add(line, time) {
      entries.push({ time, text: line });
      for (const response of followers.keys()) send(response, 0);
    },
    end() {
      isOver = true;
      for (const response of followers.keys()) send(response, 0);
    },
  };
}

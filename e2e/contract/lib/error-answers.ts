import type { ServerResponse } from "node:http";
import { expect } from "vitest";
import { serverBundle } from "../../lib/bundles.ts";
import { StdioServer } from "../../lib/stdio-server.ts";
import { call } from "./contract.ts";
import { sendJson, startStandIn } from "./stand-in.ts";

type Answer = (response: ServerResponse, url: string) => void;

/** A server on a platform that refuses everything, in one way after the other. */
export interface RefusedServer extends AsyncDisposable {
  /** What a tool says of 401, 403, 404, 409, 500 and 503, without what differs from call to call. */
  errorTexts(tool: string, args: object): Promise<string>;
}

/** Starts it. @param noun what the platform's 404 says was not found at a URL */
export async function refusedServer(name: string, noun: (url: string) => string): Promise<RefusedServer> {
  const answers: readonly Answer[] = [
    (response) => sendJson(response, 401, { error: "unauthorized" }),
    (response) => sendJson(response, 403, { error: "forbidden" }),
    (response, url) => sendJson(response, 404, { error: noun(url) }),
    (response) => sendJson(response, 409, { error: "it stands in the way" }),
    (response) => sendJson(response, 500, { error: "internal error" }),
    (response) => response.writeHead(503, { "retry-after": "3600" }).end("upstream\x1b[31m is down"),
  ];
  let answer = answers[0];
  const standIn = await startStandIn((response, { url }) => answer?.(response, url));
  const env = {
    PLATFORM_API_URL: standIn.url,
    PLATFORM_API_TOKEN: "plat_api_secret",
    PROJECT_ID: "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11",
  };
  const server = new StdioServer({ file: await serverBundle(name), env });
  await server.initialize();
  return {
    async errorTexts(tool, args) {
      const texts: string[] = [];
      for (const next of answers) {
        answer = next;
        const { text, isError } = await call(server, tool, args);
        expect(isError, text).toBe(true);
        expect(text).not.toContain("plat_api_secret");
        texts.push(text.replace(/\nRequest id: \S+$/, ""));
      }
      return texts.join("\n\n");
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await standIn[Symbol.asyncDispose]();
    },
  };
}

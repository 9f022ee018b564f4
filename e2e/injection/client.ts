import { setTimeout as delay } from "node:timers/promises";
import type { sessions } from "@platform-mcp/client/contract";
import type { PushedPlatform } from "../git-push/pushed-platform.ts";

type Answer = { readonly status: number; readonly body: ReturnType<JSON["parse"]>; readonly text: string };

/** Somebody who uses the platform's API, and takes a refusal for an answer. */
export class Client {
  readonly #platform: PushedPlatform;
  readonly #token: string;

  constructor(platform: PushedPlatform, token = platform.token) {
    this.#platform = platform;
    this.#token = token;
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.#platform.served.url}/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    return { status: response.status, body: isJson && text !== "" ? JSON.parse(text) : undefined, text };
  }

  /** The session once it has ended. */
  async ended(project: string, id: string): Promise<sessions.Session> {
    for (;;) {
      const { body } = await this.send("GET", `projects/${project}/sessions/${id}`);
      if (body.finished_at !== null) return body;
      await delay(100);
    }
  }

  async events(project: string, id: string): Promise<readonly sessions.SessionEvent[]> {
    const { text } = await this.send("GET", `projects/${project}/sessions/${id}/events?follow=false`);
    const data = text.split("\n").filter((line) => line.startsWith("data: "));
    return data.map((line) => JSON.parse(line.slice("data: ".length)));
  }

  async output(project: string, id: string): Promise<string> {
    return (await this.send("GET", `projects/${project}/sessions/${id}/output`)).text;
  }
}

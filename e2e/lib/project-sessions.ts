import { setTimeout as delay } from "node:timers/promises";
import type { sessions } from "@platform-mcp/client/contract";
import type { PushedPlatform } from "../git-push/pushed-platform.ts";

type Session = sessions.Session;
type SessionEvent = sessions.SessionEvent;

/** The sessions of a project, as its owner uses them. */
export class ProjectSessions {
  readonly #platform: Pick<PushedPlatform, "served" | "token">;
  readonly #project: string;

  constructor(platform: Pick<PushedPlatform, "served" | "token">, project: string) {
    this.#platform = platform;
    this.#project = project;
  }

  /** An answer of the API to a request below the project. @throws when it is none of success */
  async request(method: string, path: string, body?: object): Promise<string> {
    const { served, token } = this.#platform;
    const response = await fetch(`${served.url}/api/projects/${this.#project}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  async start(body: object): Promise<Session> {
    return JSON.parse(await this.request("POST", "sessions", body));
  }

  async get(id: string): Promise<Session> {
    return JSON.parse(await this.request("GET", `sessions/${id}`));
  }

  /** The session once it has ended. */
  async ended(id: string): Promise<Session> {
    for (;;) {
      const session = await this.get(id);
      if (session.finished_at !== null) return session;
      await delay(200);
    }
  }

  async events(id: string): Promise<readonly SessionEvent[]> {
    const stream = await this.request("GET", `sessions/${id}/events?follow=false`);
    return [...stream.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data));
  }

  /** What its processes printed. */
  async output(id: string): Promise<string> {
    return await this.request("GET", `sessions/${id}/output`);
  }
}

import { setTimeout as delay } from "node:timers/promises";

interface Acknowledged {
  readonly name: string;
  /** The last description that the platform has confirmed. */
  description: number;
}

/**
 * Makes projects and changes them, without pause, and remembers what the platform has confirmed. Failures are what the
 * test provokes: it just goes on.
 */
export class ProjectWriter {
  readonly acknowledged = new Map<string, Acknowledged>();
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #name: string;
  #count = 0;
  #stopping = false;
  #running: Promise<void> | undefined;

  constructor(url: string, token: string, name: string) {
    this.#url = url;
    this.#headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    this.#name = name;
  }

  start(): void {
    this.#stopping = false;
    this.#running = this.#write();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** The ids of confirmed projects that are gone, or older than they were confirmed to be, or without a repository. */
  async lost(): Promise<string[]> {
    const checks = [...this.acknowledged].map(async ([id, { name, description }]) => {
      const project = await this.#request("GET", `/api/projects/${id}`);
      const branches = await this.#request("GET", `/api/projects/${id}/branches`);
      const kept = project?.name === name && Number(project.description) >= description && Array.isArray(branches);
      return kept ? [] : [id];
    });
    return (await Promise.all(checks)).flat();
  }

  async #write(): Promise<void> {
    while (!this.#stopping) {
      const name = `${this.#name}-${this.#count++}`;
      const created = await this.#request("POST", "/api/projects", { name, description: "0" });
      if (created === undefined) {
        // Nothing listens at the moment: do not take the processor from what restarts.
        await delay(20);
        continue;
      }
      const entry: Acknowledged = { name, description: 0 };
      this.acknowledged.set(created.id, entry);
      for (let description = 1; description <= 3 && !this.#stopping; description++) {
        const changed = await this.#request("PATCH", `/api/projects/${created.id}`, {
          description: String(description),
        });
        if (changed !== undefined) entry.description = description;
      }
    }
  }

  /** The answer, or undefined for any failure. */
  async #request(method: string, path: string, body?: object) {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        headers: this.#headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      const answer = JSON.parse(await response.text());
      return response.ok ? answer : undefined;
    } catch {
      return undefined;
    }
  }
}

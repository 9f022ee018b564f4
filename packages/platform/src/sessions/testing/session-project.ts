import type { ResponseOf, sessions } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { initRepository } from "../../git/init-repository.ts";
import type { TestPlatform } from "../../testing/test-platform.ts";
import { pushBranches } from "../../testing/things-in-project.ts";
import { setIdentityEnd } from "../identity-end.ts";
import { mintToken } from "../mint-token.ts";

export type CreatedSession = ResponseOf<typeof sessions.createSession>;

/** A project with the branches `main` and `next`, in which sessions are asked for, on a platform that runs none. */
export class SessionProject {
  readonly id: string;
  readonly #platform: TestPlatform;

  private constructor(platform: TestPlatform, id: string) {
    this.#platform = platform;
    this.id = id;
  }

  static async create(platform: TestPlatform, owner: string, name: string): Promise<SessionProject> {
    const id = await platform.addProject(owner, name);
    const { path } = platform.repositories.of(id);
    await initRepository(path, "main");
    pushBranches(path);
    return new SessionProject(platform, id);
  }

  /** A request on a path below the project's sessions. */
  send(method: string, path: string, token: string, body?: unknown) {
    return this.#platform.send(method, `/api/projects/${this.id}/sessions${path}`, token, body);
  }

  /** Asks for a session. @throws when it is refused */
  async start(token: string, wishes: Readonly<Record<string, unknown>> = {}): Promise<CreatedSession> {
    const { status, body } = await this.send("POST", "", token, { prompt: "Mend it", ...wishes });
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Does with a session what whoever runs it does when it starts, without running anything; gives the agent's token. */
  async launch({ id }: Pick<CreatedSession, "id">): Promise<string> {
    return await this.#platform.db.transaction().execute(async (db) => {
      const token = await mintToken(db, id);
      await db
        .updateTable("agent_sessions")
        .where("id", "=", id)
        .set({
          status: "running",
          started_at: sql<string>`now()`,
          expires_at: sql<string>`least(expires_at, now() + make_interval(mins => deadline_minutes))`,
        })
        .execute();
      await setIdentityEnd(db, id);
      return token;
    });
  }
}

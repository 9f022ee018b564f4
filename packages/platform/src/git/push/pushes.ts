import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { Logger } from "pino";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import { Problem } from "../../problem.ts";
import type { ActiveProject } from "../../projects/queries.ts";
import { announceRefChanges } from "../refs/announce-ref-changes.ts";
import { auditRefusedPush } from "../refs/audit-refused-push.ts";
import { recordRefUpdates } from "../refs/record-ref-updates.ts";
import { removeStaleLocks } from "../refs/remove-stale-locks.ts";
import type { Repository } from "../repository.ts";
import type { HookAnswer, HookQuestion } from "./answer-hooks.ts";
import { checkPush } from "./check-push.ts";
import { ensureHooks } from "./hooks-directory.ts";
import { type ReceivePackRequest, receivePack } from "./receive-pack.ts";

export interface PushesOptions {
  readonly db: Queryable;
  readonly logger: Pick<Logger, "error">;
  readonly hooksDirectory: string;
  /** Bytes of the largest pack. */
  readonly maxBytes: number;
  /** Milliseconds after which the lock file of a process that cannot be seen counts as left behind. */
  readonly minimumLockAge: number;
}

/** A push as it comes in: by somebody who may, at the moment, push to the project. */
export interface Push extends ReceivePackRequest {
  readonly repository: Repository;
  readonly projectId: string;
  readonly ip: string;
  readonly requestId: string;
  /** Whether they still may, and on what; asked again when all is here, which can be an hour later. @throws Problem */
  readonly authorise: () => Promise<{ readonly caller: Caller; readonly project: ActiveProject }>;
}

/** Receives pushes: git takes them in, and here is decided what may land and recorded what has. */
export class Pushes {
  readonly #options: PushesOptions;
  readonly #running = new Set<Promise<void>>();

  constructor(options: PushesOptions) {
    this.#options = options;
  }

  /** Takes a push in and gives what its client is answered. @throws Problem */
  async receive(push: Push): Promise<Readable> {
    const { hooksDirectory, maxBytes } = this.#options;
    await ensureHooks(hooksDirectory);
    const pushId = randomUUID();
    const { answer, over } = receivePack(push.repository, push, {
      hooksDirectory,
      maxBytes,
      onHook: (question) =>
        question.hook === "pre-receive" ? this.#decide(push, pushId, question) : this.#landed(push, pushId),
      onEnd: async ({ isClean }) => {
        if (!isClean) await this.#removeLocks(push);
        // What a killed git had announced stays, so that its repository is looked at again if a lock could not go yet.
        await this.#record(push, isClean ? pushId : undefined);
      },
    });
    this.#running.add(over);
    void over.finally(() => this.#running.delete(over));
    return answer;
  }

  /** Waits for the pushes under way, those too whose client has gone. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #decide(push: Push, pushId: string, question: HookQuestion): Promise<HookAnswer> {
    const { db, logger } = this.#options;
    const { repository, projectId, ip, requestId } = push;
    const { changes } = question;
    try {
      const { caller, project } = await push.authorise();
      const attempt = { pushId, projectId, caller, ip, requestId, changes };
      const lines = await checkPush(repository, question, project, caller.user);
      if (lines.length > 0) {
        await auditRefusedPush(db, attempt);
        return { accepted: false, lines };
      }
      await db.transaction().execute((transaction) => announceRefChanges(transaction, repository, attempt));
      return { accepted: true, lines: [] };
    } catch (error) {
      if (error instanceof Problem) return { accepted: false, lines: [error.details.detail ?? error.message] };
      logger.error({ err: error, request_id: requestId }, "a push could not be checked");
      return { accepted: false, lines: ["the platform cannot check pushes at the moment: push again later"] };
    }
  }

  /** The refs have changed already, so there is nothing to refuse. */
  async #landed(push: Push, pushId: string): Promise<HookAnswer> {
    await this.#record(push, pushId);
    return { accepted: true, lines: [] };
  }

  /** What cannot be recorded now stays announced, and the next comparison finds it. */
  async #record({ repository, projectId, requestId }: Push, endedPush?: string): Promise<void> {
    const { db, logger } = this.#options;
    try {
      await db.transaction().execute((transaction) => recordRefUpdates(transaction, repository, projectId, endedPush));
    } catch (error) {
      logger.error({ err: error, request_id: requestId }, "the ref changes of a push could not be recorded");
    }
  }

  async #removeLocks({ repository, requestId }: Push): Promise<void> {
    const { logger, minimumLockAge } = this.#options;
    await removeStaleLocks(repository, minimumLockAge).catch((error: unknown) => {
      logger.error({ err: error, request_id: requestId }, "the locks of a push could not be removed");
    });
  }
}

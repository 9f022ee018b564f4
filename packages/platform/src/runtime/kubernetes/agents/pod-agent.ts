import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { Logger } from "pino";
import type { AgentEvents, AgentExit, RunningAgent } from "../../agent.ts";
import type { KubeClient } from "../client.ts";
import { ContainerWatch } from "../container-watch.ts";
import { deletePod, podGone } from "../delete-pod.ts";
import { runCommand } from "../exec.ts";
import { followLog } from "../follow-log.ts";
import { podIdOf } from "../own-pods.ts";
import type { PodEnd } from "../pod-end.ts";
import { deleteSecret } from "../secrets.ts";
import type { PodId } from "../watch-pod.ts";
import { type AgentCursor, writeCursor } from "./agent-cursor.ts";
import { agentExit, stageOf } from "./agent-exit.ts";
import { agentContainer, graceSeconds } from "./agent-pod.ts";
import { secretNameOf } from "./volumes.ts";

/** Seconds that what has nothing to save has from being asked to its end. */
const shortGrace = 5;

/** How often a container is asked to end that cannot be asked, and milliseconds between. */
const mostRefusals = 20;
const refusalPause = 500;

/** Milliseconds that asking may take, as with a node that has gone away. */
const askPatience = 10_000;

/** Milliseconds in which a pod that was deleted should be gone. */
const deletionPatience = 60_000;

export interface PodAgentOptions {
  readonly client: KubeClient;
  readonly pod: V1Pod;
  /** Where to go on reading; undefined for the beginning. */
  readonly cursor: AgentCursor | undefined;
  readonly output: AgentEvents["output"];
  readonly logger: Pick<Logger, "warn">;
}

/** An agent in its pod, whose containers run one after the other. It goes on when the platform's process ends. */
export class PodAgent implements RunningAgent {
  readonly exited: Promise<AgentExit>;
  readonly #options: PodAgentOptions;
  readonly #id: PodId;
  readonly #watch: ContainerWatch;
  /** It was given up. */
  readonly #detached = new AbortController();
  /** Nothing of it runs any more. */
  readonly #over = new AbortController();
  #stopping: Promise<void> | undefined;
  #disposed: Promise<void> | undefined;

  constructor(options: PodAgentOptions) {
    this.#options = options;
    this.#id = podIdOf(options.pod);
    const { signal } = this.#detached;
    this.#watch = new ContainerWatch(options.client, this.#id, { signal, onError: this.#warn });
    this.exited = new Promise((resolve) => {
      this.#follow().then(
        (exit) => {
          this.#over.abort();
          resolve(exit);
        },
        // Given up: it goes on, and somebody else will tell how it ends.
        () => {},
      );
    });
  }

  stop(): void {
    this.#stopping ??= this.#stop().catch(this.#warn);
  }

  keepAlive(): void {}

  detach(): boolean {
    this.#detached.abort();
    return true;
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#remove().catch(this.#warn);
    return this.#disposed;
  }

  readonly #warn = (error: unknown) => {
    if (this.#detached.signal.aborted || this.#over.signal.aborted) return;
    this.#options.logger.warn({ err: error, pod: this.#id.name }, "looking after the pod of an agent failed");
  };

  /** Hands on what the containers print, and gives the end of the last that has run. @throws when it was given up */
  async #follow(): Promise<AgentExit> {
    const { pod, cursor } = this.#options;
    const { signal } = this.#detached;
    const names = containersOf(pod);
    const first = Math.max(0, cursor === undefined ? 0 : names.indexOf(cursor.container));
    for (const name of names.slice(first)) {
      const end = await this.#readContainer(name, name === cursor?.container ? cursor.position : null);
      signal.throwIfAborted();
      // Also when memory ran out for something that it started.
      if (end.exitCode === 0) continue;
      const exit = agentExit(name, end, this.#watch.latest);
      return this.#stopping === undefined ? exit : whenAsked(exit);
    }
    return { stage: "agent", kind: "exited", exitCode: 0, message: null };
  }

  async #readContainer(container: string, cursor: string | null): Promise<PodEnd> {
    const { client, output } = this.#options;
    const { signal } = this.#detached;
    const failure = await this.#watch.begun(container);
    if (failure !== undefined && !this.#watch.hasRun(container)) return failure;
    const ended = this.#watch.ended(container);
    await followLog(client, {
      pod: this.#id.name,
      container,
      cursor,
      output: (chunk, position) =>
        output({ stage: stageOf(container), chunk, cursor: writeCursor({ container, position }) }),
      // Given up, the log ends by the signal.
      ended: ended.catch(() => {}),
      signal,
      onError: this.#warn,
    });
    return await ended;
  }

  /** Asks container after container to end, until none runs; deletes the pod when that is not possible. */
  async #stop(): Promise<void> {
    const signal = AbortSignal.any([this.#detached.signal, this.#over.signal]);
    const remove = (graceSeconds: number) => deletePod(this.#options.client, this.#id, { graceSeconds, signal });
    await this.#watch.looked();
    const names = containersOf(this.#options.pod);
    for (let refusals = 0; !this.#watch.isOver; ) {
      // What a pod's status says can be seconds old: the agent may have begun already.
      const name = names.find((each) => this.#watch.isRunning(each)) ?? agentContainer;
      if (await this.#ask(name, signal)) {
        const grace = name === agentContainer ? graceSeconds : shortGrace;
        const timeout = delay(grace * 1000, false, { signal });
        if (!(await Promise.race([this.#watch.ended(name).then(() => true), timeout]))) return await remove(1);
        continue;
      }
      refusals++;
      const hasBegun = names.some((each) => this.#watch.hasRun(each));
      if (!hasBegun || refusals > mostRefusals) return await remove(graceSeconds);
      await delay(refusalPause, undefined, { signal });
    }
  }

  /**
   * Says SIGTERM to a container's first process from within, so that its pod stays, with what it prints while it saves
   * the work and how it ends: of a pod that is deleted these can be gone before they are read, and are when the platform
   * is restarted meanwhile. False when that is not possible there.
   */
  async #ask(container: string, signal: AbortSignal): Promise<boolean> {
    const command = { pod: this.#id.name, container, command: ["/bin/sh", "-c", "kill -TERM 1"] };
    try {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(askPatience)]);
      return (await runCommand(this.#options.client, command, inTime)).exitCode === 0;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  async #remove(): Promise<void> {
    const { client, pod } = this.#options;
    await deletePod(client, this.#id, { graceSeconds: 1 });
    await deleteSecret(client, secretNameOf(pod));
    await podGone(client, this.#id, AbortSignal.timeout(deletionPatience));
  }
}

/** The containers of a pod, in the order in which they run. */
function containersOf({ spec }: V1Pod): readonly string[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name);
}

/** What was asked to end has not failed, and its pod is not lost when it was deleted for that. */
function whenAsked(exit: AgentExit): AgentExit {
  return exit.kind === "lost" || exit.kind === "exited" ? { ...exit, kind: "exited", message: null } : exit;
}

import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { RunningStep, StepEvents, StepExit, StepOutput } from "../../runtime.ts";
import type { KubeClient } from "../client.ts";
import type { ContainerWatch } from "../container-watch.ts";
import { deletePod, podGone } from "../delete-pod.ts";
import { runCommand } from "../exec.ts";
import { followLog } from "../follow-log.ts";
import type { PodEnd } from "../pod-end.ts";
import { retry } from "../retry.ts";
import { deleteSecret } from "../secrets.ts";
import type { PodId } from "../watch-pod.ts";
import { findPodOutput } from "./find-pod-output.ts";
import { containers, graceSeconds } from "./step-pod.ts";

/** Milliseconds in which a pod that was deleted should be gone. */
const podPatience = 60_000;

export interface PodStepOptions {
  readonly client: KubeClient;
  readonly pod: PodId;
  readonly secretName: string;
  readonly watch: ContainerWatch;
  /** Ends the watch. */
  readonly life: AbortController;
  /** Since when changes in the work tree are the step's own, in nanoseconds. */
  readonly begun: bigint;
  readonly output: StepEvents["output"];
  readonly logger: Pick<Logger, "warn">;
  /** Milliseconds in which a signal must reach the step, and in which what was killed must be gone; 10,000. */
  readonly patience?: number;
}

/** A step in its pod. */
export class PodStep implements RunningStep {
  readonly exited: Promise<StepExit>;
  readonly #options: PodStepOptions;
  /** Nothing of the step itself runs any more. */
  readonly #over = new AbortController();
  #stopping: Promise<void> | undefined;
  #disposed: Promise<void> | undefined;

  constructor(options: PodStepOptions) {
    this.#options = options;
    this.exited = this.#follow().finally(() => this.#over.abort());
  }

  /** SIGTERM to all processes of the step, SIGKILL after the grace, and then to its pod. */
  stop(): void {
    this.#stopping ??= this.#stop().catch((error: unknown) => {
      if (!this.#over.signal.aborted) this.#warn(error);
    });
  }

  /** A pod goes on without its platform until another one, or this one later on, removes it as an orphan. */
  keepAlive(): void {}

  async output(path: string): Promise<StepOutput | undefined> {
    const { client, pod, begun, life } = this.#options;
    return await findPodOutput(client, path, { pod: pod.name, begun, signal: life.signal });
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#remove()
      .catch(this.#warn)
      .finally(() => this.#options.life.abort());
    return this.#disposed;
  }

  readonly #warn = (error: unknown) => {
    this.#options.logger.warn({ err: error, pod: this.#options.pod.name }, "looking after the pod of a step");
  };

  async #follow(): Promise<StepExit> {
    const { client, pod, watch, life, output } = this.#options;
    try {
      const ended = watch.ended(containers.step);
      const { signal } = life;
      const log = { pod: pod.name, container: containers.step, cursor: null, ended, signal, output };
      const isWhole = await followLog(client, { ...log, onError: this.#warn });
      const end = await ended;
      if (!isWhole && end.kind === "exited") await output(Buffer.from("(The end of the log could not be read.)\n"));
      return this.#exitOf(end);
    } catch (error) {
      // Given up before its end was known.
      if (!life.signal.aborted) this.#warn(error);
      return this.#exitOf({ kind: "lost", exitCode: null, message: "nobody knows what became of it" });
    }
  }

  #exitOf({ kind, exitCode, message }: PodEnd): StepExit {
    const exit = { exitCode, signal: exitCode === null ? "SIGKILL" : null, abandoned: false };
    if (kind === "exited" || this.#stopping !== undefined) return exit;
    const reason = kind === "oom_killed" || kind === "evicted" ? kind : "lost";
    return { ...exit, disruption: { reason, message: message ?? "its pod was lost" } };
  }

  async #stop(): Promise<void> {
    const { client, pod, patience = 10_000 } = this.#options;
    const { signal } = this.#over;
    // Its pod stays, with what it prints until its end and what it leaves.
    if (await this.#signal("TERM", patience)) {
      await delay(graceSeconds * 1000, undefined, { signal });
      if (await this.#signal("KILL", patience)) await delay(patience, undefined, { signal });
    }
    await deletePod(client, pod, { graceSeconds, signal });
  }

  /** To all processes of the step's container but the first, which ends with them. False when that is not possible. */
  async #signal(name: "TERM" | "KILL", patience: number): Promise<boolean> {
    const { client, pod } = this.#options;
    const { signal } = this.#over;
    const command = ["/bin/sh", "-c", `kill -${name} -1`];
    try {
      // Also where a node has gone away, or the step's own shell does not end.
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
      const send = () => runCommand(client, { pod: pod.name, container: containers.step, command }, inTime);
      const { exitCode } = await retry(send, { signal: inTime });
      // It may itself be ended together with the container; then it was not for want of a shell.
      return exitCode !== 126 && exitCode !== 127;
    } catch (error) {
      signal.throwIfAborted();
      this.#warn(error);
      return false;
    }
  }

  async #remove(): Promise<void> {
    const { client, pod, secretName } = this.#options;
    const hasEnded = this.#over.signal.aborted;
    await deletePod(client, pod, { graceSeconds: 1 });
    await deleteSecret(client, secretName);
    if (!hasEnded) await podGone(client, pod, AbortSignal.timeout(podPatience));
  }
}

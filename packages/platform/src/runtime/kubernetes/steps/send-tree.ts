import { setTimeout as delay } from "node:timers/promises";
import { createTar } from "../../local/tar.ts";
import { StartError } from "../../runtime.ts";
import type { KubeClient } from "../client.ts";
import type { ContainerWatch } from "../container-watch.ts";
import { startCommand } from "../exec.ts";
import { KubeError } from "../kube-error.ts";
import { backOff } from "../retry.ts";
import { programCommand } from "./pod-programs.ts";
import { containers, places } from "./step-pod.ts";

/** Milliseconds in which sending is begun anew when the connection is lost. */
const limit = 5 * 60_000;

interface SendOptions {
  /** The name of a pod that waits for its work tree. */
  readonly pod: string;
  readonly watch: ContainerWatch;
  /** The directory here. */
  readonly tree: string;
  /** Awaited once all is there, before the step may begin; when it rejects, that does not happen. */
  readonly starting: () => Promise<void>;
  readonly signal: AbortSignal;
  /** Milliseconds in which a container that may end should have; 10,000. */
  readonly endPatience?: number;
}

/**
 * Takes a work tree into a pod, and lets the step begin; gives the time since when changes are the step's own, in
 * nanoseconds. When the connection is lost it is all sent again.
 *
 * @throws StartError, what `starting` rejected with, and the signal's reason
 */
export async function sendTree(client: KubeClient, options: SendOptions): Promise<bigint> {
  const { watch, signal, endPatience = 10_000 } = options;
  let begun: bigint | undefined;
  let started: Promise<void> | undefined;
  const starting = (time: bigint) => {
    begun = time;
    started ??= options.starting();
    return started;
  };
  const end = performance.now() + limit;
  for (let attempt = 1; ; attempt++) {
    try {
      await send(client, { ...options, starting });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubeError)) throw error;
      if (!error.isTransient || performance.now() > end) {
        throw new StartError(`The work tree cannot be taken to the pod: ${error.message}`);
      }
    }
    // Whether it may begin is known by the container that waited for that: the word of it can be lost.
    if (begun !== undefined && (await hasEnded(watch, endPatience, signal))) return begun;
    await delay(backOff(attempt), undefined, { signal }).catch(() => {});
  }
}

interface OneAttempt extends Pick<SendOptions, "pod" | "tree" | "signal"> {
  readonly starting: (begun: bigint) => Promise<void>;
}

async function send(client: KubeClient, { pod, tree, starting, signal }: OneAttempt): Promise<void> {
  const begin = Promise.withResolvers<void>();
  // What sends may have ended before it came to waiting for that.
  begin.promise.catch(() => {});
  const command = programCommand(places.root);
  const stdin = frames(tree, begin.promise);
  const execution = await startCommand(client, { pod, container: containers.prepare, command, stdin }, signal);
  let said = "";
  try {
    for await (const chunk of execution.stdout.setEncoding("utf8")) {
      said += chunk;
      if (!said.endsWith("\n")) continue;
      await starting(BigInt(said.trim()));
      begin.resolve();
    }
  } catch (error) {
    // Also ends the command.
    begin.reject(error);
    throw error;
  }
  const { exitCode, stderr } = await execution.ended;
  // Once it has opened the gate, its container ends, and it may be ended by that.
  if (exitCode !== 0 && said === "") throw new StartError(`The work tree cannot be put into the pod: ${stderr}`);
}

/** As the program that receives it reads them. */
async function* frames(tree: string, begin: Promise<void>): AsyncGenerator<Buffer> {
  const archive: AsyncIterable<Buffer> = createTar(tree);
  for await (const chunk of archive) {
    yield headerOf(chunk.length);
    yield chunk;
  }
  yield headerOf(0);
  await begin;
  yield headerOf(0);
}

function headerOf(length: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(length);
  return header;
}

async function hasEnded(watch: ContainerWatch, patience: number, signal: AbortSignal): Promise<boolean> {
  const known = new AbortController();
  const tooLong = delay(patience, undefined, { signal: AbortSignal.any([signal, known.signal]) }).catch(() => {});
  const end = await Promise.race([watch.ended(containers.prepare), tooLong]);
  known.abort();
  return end !== undefined;
}

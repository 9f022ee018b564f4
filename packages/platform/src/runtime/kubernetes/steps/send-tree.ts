import { setTimeout as delay } from "node:timers/promises";
import { createTar } from "../../local/tar.ts";
import { StartError } from "../../runtime.ts";
import type { KubeClient } from "../client.ts";
import { startCommand } from "../exec.ts";
import { KubeError } from "../kube-error.ts";
import { containerState } from "../pod-end.ts";
import { backOff } from "../retry.ts";
import { readPod } from "../watch-pod.ts";
import { programCommand } from "./pod-programs.ts";
import { containers, places } from "./step-pod.ts";

/** How often sending is begun anew when the connection is lost. */
const attempts = 5;

interface SendOptions {
  /** The name of a pod that waits for its work tree. */
  readonly pod: string;
  /** The directory here. */
  readonly tree: string;
  /** Awaited once all is there, before the step may begin; when it rejects, that does not happen. */
  readonly starting: () => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Takes a work tree into a pod, and lets the step begin; gives the time since when changes are the step's own, in
 * nanoseconds. When the connection is lost it is all sent again.
 *
 * @throws StartError, what `starting` rejected with, and the signal's reason
 */
export async function sendTree(client: KubeClient, options: SendOptions): Promise<bigint> {
  const { pod, signal } = options;
  let begun: bigint | undefined;
  let started: Promise<void> | undefined;
  const starting = () => {
    started ??= options.starting();
    return started;
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await send(client, { ...options, starting }, (time) => {
        begun = time;
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubeError)) throw error;
      if (!error.isTransient || attempt === attempts) {
        throw new StartError(`The work tree cannot be taken to the pod: ${error.message}`);
      }
      await delay(backOff(attempt), undefined, { signal }).catch(() => {});
      // It may have begun, and only the word of it was lost.
      if (begun === undefined || !(await hasBegun(client, pod, signal))) continue;
    }
    if (begun !== undefined) return begun;
  }
}

async function send(
  client: KubeClient,
  { pod, tree, starting, signal }: SendOptions,
  onPlaced: (time: bigint) => void,
): Promise<void> {
  const begin = Promise.withResolvers<void>();
  const command = programCommand(places.root);
  const stdin = frames(createTar(tree), begin.promise);
  const execution = await startCommand(client, { pod, container: containers.prepare, command, stdin }, signal);
  let said = "";
  try {
    for await (const chunk of execution.stdout.setEncoding("utf8")) {
      said += chunk;
      if (!said.endsWith("\n")) continue;
      onPlaced(BigInt(said.trim()));
      await starting();
      begin.resolve();
    }
  } catch (error) {
    // Also ends the command.
    begin.reject(error);
    throw error;
  }
  const { exitCode, stderr } = await execution.ended;
  if (exitCode !== 0) throw new StartError(`The work tree cannot be put into the pod: ${stderr}`);
}

/** As the program that receives it reads them. */
async function* frames(archive: AsyncIterable<Buffer>, begin: Promise<void>): AsyncGenerator<Buffer> {
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

async function hasBegun(client: KubeClient, name: string, signal: AbortSignal): Promise<boolean> {
  const pod = await readPod(client, name, signal).catch(() => undefined);
  if (pod === undefined) return false;
  const state = containerState(pod, containers.prepare);
  return state.is === "ended" && state.end.exitCode === 0;
}

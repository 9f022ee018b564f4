import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { namesIn } from "../../local/tree-path.ts";
import type { StepOutput } from "../../runtime.ts";
import type { KubeClient } from "../client.ts";
import { runCommand, startCommand } from "../exec.ts";
import { jsonIn } from "../json.ts";
import { KubeError } from "../kube-error.ts";
import { backOff, retry } from "../retry.ts";
import { programCommand } from "./pod-programs.ts";
import { Silence } from "./silence.ts";
import { containers, places } from "./step-pod.ts";

/** How often in a row reading may be interrupted. */
const attempts = 6;

const found = z.object({ kind: z.enum(["file", "directory"]), path: z.string() }).nullable();

export interface PodOutputOptions {
  readonly pod: string;
  /** Since when changes are the step's own, in nanoseconds. */
  readonly begun: bigint;
  readonly signal: AbortSignal;
  /** Milliseconds without a word from the pod after which the connection counts as lost; 60,000. */
  readonly silence?: number;
}

/** What a step that has ended left at a path of its work tree in a pod (`outputAt`). @throws KubeError */
export async function findPodOutput(
  client: KubeClient,
  path: string,
  { pod, begun, signal, silence = 60_000 }: PodOutputOptions,
): Promise<StepOutput | undefined> {
  const names = namesIn(path);
  if (names === undefined || names.length === 0) return undefined;
  const container = containers.keep;
  const command = programCommand(places.tree, String(begun), ...names);
  const look = async () => {
    using waiting = new Silence(signal, silence);
    return await runCommand(client, { pod, container, command }, waiting.signal);
  };
  const answer = await retry(look, { signal });
  if (answer.exitCode !== 0) throw new KubeError(`what is at ${path} cannot be seen: ${answer.stderr}`, { status: 0 });
  const output = found.parse(jsonIn(answer.stdout));
  if (output === null) return undefined;
  const read = output.kind === "file" ? ["cat", "--", output.path] : ["tar", "-c", "-f", "-", "-C", output.path, "."];
  const open = () =>
    Readable.from(readOnAndOn(client, { pod, container, command: read, signal, silence }), { objectMode: false });
  return { path, kind: output.kind, open };
}

interface ReadOptions {
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  readonly silence: number;
}

/** What a command prints that prints the same each time; when the connection is lost, it goes on where it was. */
async function* readOnAndOn(client: KubeClient, { signal, silence, ...command }: ReadOptions): AsyncGenerator<Buffer> {
  let given = 0;
  for (let failures = 0; ; ) {
    let known = given;
    try {
      using waiting = new Silence(signal, silence);
      const execution = await startCommand(client, command, waiting.signal);
      const chunks: AsyncIterable<Buffer> = execution.stdout;
      for await (const chunk of chunks) {
        const fresh = chunk.subarray(Math.min(known, chunk.length));
        known -= chunk.length - fresh.length;
        given += fresh.length;
        if (fresh.length > 0) {
          failures = 0;
          waiting.pause();
          yield fresh;
        }
        waiting.wait();
      }
      const { exitCode, stderr } = await execution.ended;
      if (exitCode !== 0) throw new Error(stderr.split("\n")[0] || `${command.command[0]} ended with ${exitCode}`);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubeError && error.isTransient) || ++failures === attempts) throw error;
    }
    await delay(backOff(failures), undefined, { signal });
  }
}

import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import type { WebSocket } from "ws";
import * as z from "zod";
import type { KubeClient } from "./client.ts";
import { jsonIn } from "./json.ts";
import { answerError, KubeError, kubeErrorOf } from "./kube-error.ts";

/** Characters of what a command says on standard error that are kept. */
const errorsKept = 4_096;

/** Characters that a command may print which is run for its answer: the program is a user's where the image is. */
const mostPrinted = 1024 * 1024;

/** Milliseconds until a command must run. */
const patience = 30_000;

const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3 } as const;

export interface Command {
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /**
   * What it reads. Its end is not told to the command, which API servers before 1.30 have no way to do: the command must
   * know by itself where it ends.
   */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** A command that runs in a container. */
export interface Execution {
  /** Slows the command down while nobody reads it; fails when the connection is lost. */
  readonly stdout: Readable;
  /** Resolves when it has ended. @throws KubeError when that cannot be known any more, and what `stdin` threw */
  readonly ended: Promise<CommandEnd>;
}

export interface CommandEnd {
  readonly exitCode: number;
  /** What it said on standard error, or at least the end of it. */
  readonly stderr: string;
}

/** Runs a command in a container that runs. @throws KubeError when it could not be started, and the signal's reason */
export async function startCommand(client: KubeClient, command: Command, signal: AbortSignal): Promise<Execution> {
  const socket = await connect(client, command);
  const execution = executionOn(socket);
  const abort = () => execution.fail(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", abort));
  if (signal.aborted) abort();
  await Promise.race([new Promise((resolve) => socket.once("open", resolve)), execution.ended]);
  if (command.stdin !== undefined) feed(socket, command.stdin).catch(execution.fail);
  return execution;
}

/** What a command says, from the first byte on. */
function executionOn(socket: WebSocket): Execution & { fail(error: unknown): void } {
  const stdout = new PassThrough();
  const ended = Promise.withResolvers<CommandEnd>();
  let stderr = "";
  let status: string | undefined;
  const fail = (error: unknown) => {
    ended.reject(error);
    stdout.destroy(error instanceof Error ? error : new Error(String(error)));
    socket.terminate();
  };
  socket.on("message", (data: Buffer) => {
    const content = data.subarray(1);
    if (data[0] === channel.stdout && content.length > 0 && !stdout.write(content)) {
      socket.pause();
      stdout.once("drain", () => socket.resume());
    } else if (data[0] === channel.stderr) stderr = `${stderr}${content}`.slice(-errorsKept);
    else if (data[0] === channel.status) {
      status = `${content}`;
      socket.close();
    }
  });
  socket.on("upgrade", (answer) => answer.socket.setKeepAlive(true, 15_000));
  socket.on("unexpected-response", (_, answer) => refusal(answer).then(fail, fail));
  socket.on("error", (error) => fail(kubeErrorOf(error)));
  socket.on("close", () => {
    const exitCode = status === undefined ? undefined : exitCodeIn(status);
    if (exitCode === undefined) return fail(new KubeError(status ?? "the connection to the command was lost"));
    stdout.end();
    ended.resolve({ exitCode, stderr: stderr.trim() });
  });
  // Whoever reads only one of the two learns of a failure by that.
  ended.promise.catch(() => {});
  stdout.on("error", () => {});
  // Also when whoever read it has had enough.
  stdout.once("close", () => socket.readyState === socket.OPEN && socket.terminate());
  return { stdout, ended: ended.promise, fail };
}

/** Runs a command to its end. @throws as `startCommand`, and KubeError when the connection is lost or it prints over 1 MiB */
export async function runCommand(
  client: KubeClient,
  command: Command,
  signal: AbortSignal,
): Promise<CommandEnd & { readonly stdout: string }> {
  const execution = await startCommand(client, command, signal);
  let stdout = "";
  for await (const chunk of execution.stdout.setEncoding("utf8")) {
    stdout += chunk;
    if (stdout.length > mostPrinted) throw new KubeError(`${command.command[0]} prints too much`, { status: 0 });
  }
  return { ...(await execution.ended), stdout };
}

async function connect(client: KubeClient, { pod, container, command, stdin }: Command): Promise<WebSocket> {
  const { WebSocket } = await import("ws");
  const path = `/api/v1/namespaces/${client.namespace}/pods/${pod}/exec`;
  const streams = { stdout: "true", stderr: "true", stdin: String(stdin !== undefined) };
  const { url, options } = await client.connection(path, { container, command, ...streams });
  return new WebSocket(url, ["v4.channel.k8s.io"], { ...options, handshakeTimeout: patience });
}

async function refusal(answer: IncomingMessage): Promise<KubeError> {
  let text = "";
  for await (const chunk of answer.setEncoding("utf8")) text += chunk;
  return answerError(answer.statusCode ?? 0, text);
}

/** Sends what is to be read, no faster than it is taken. */
async function feed(socket: WebSocket, stdin: AsyncIterable<Uint8Array>): Promise<void> {
  const name = Buffer.from([channel.stdin]);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for await (const chunk of stdin) {
    if (socket.readyState !== socket.OPEN) return;
    const sent = new Promise<void>((resolve, reject) =>
      socket.send(Buffer.concat([name, chunk]), (error) => (error ? reject(kubeErrorOf(error)) : resolve())),
    );
    await Promise.race([sent, closed]);
  }
}

const commandStatus = z.object({
  status: z.string(),
  details: z.object({ causes: z.array(z.object({ reason: z.string().optional(), message: z.string() })) }).optional(),
});

/** Undefined when it is no exit that the status tells of. */
function exitCodeIn(text: string): number | undefined {
  const { data } = commandStatus.safeParse(jsonIn(text));
  if (data === undefined || data.status === "Success") return data && 0;
  const cause = data.details?.causes.find(({ reason }) => reason === "ExitCode");
  return cause && Number(cause.message);
}

import { finished, PassThrough, type Readable } from "node:stream";
import { Problem } from "../../problem.ts";
import { contentDecoder, isBadEncoding } from "../content-decoder.ts";
import { type GitProcess, startGit } from "../git.ts";
import { GitError } from "../git-error.ts";
import { protocolEnvironment } from "../git-protocol.ts";
import type { Repository } from "../repository.ts";
import { answerHooks, type HookAnswer, type HookQuestion } from "./answer-hooks.ts";
import { receiveSettings } from "./receive-settings.ts";

export interface ReceivePackRequest {
  /** The request's body; what it decodes to goes to git as it comes. */
  readonly body: Readable;
  /** The request's `Content-Encoding`: gzip or none. */
  readonly encoding?: string | undefined;
  /** The request's `Git-Protocol` header. */
  readonly protocol?: string | undefined;
}

export interface ReceivePackOptions {
  readonly hooksDirectory: string;
  /** Bytes of the largest pack. */
  readonly maxBytes: number;
  readonly onHook: (question: HookQuestion) => Promise<HookAnswer>;
  /** Waited for after git has ended, before the client learns that all is over. Does not throw. */
  readonly onEnd: (end: { readonly isClean: boolean }) => Promise<void>;
}

/**
 * What `POST git-receive-pack` answers to a push. A client that goes away before all of its body is here ends the push;
 * after that git goes on, as it may have changed refs already. `Problem` 415 for an unknown encoding.
 */
export function receivePack(
  repository: Repository,
  { body, encoding, protocol }: ReceivePackRequest,
  { hooksDirectory, maxBytes, onHook, onEnd }: ReceivePackOptions,
): { readonly answer: Readable; readonly over: Promise<void> } {
  const decoder = contentDecoder(encoding);
  const git = startGit(["receive-pack", "--stateless-rpc", repository.path], {
    environment: protocolEnvironment(protocol),
    settings: receiveSettings(hooksDirectory, maxBytes),
    timeout: Number.POSITIVE_INFINITY,
    stopSignal: "SIGTERM",
    onHookSocket: (socket) => answerHooks(socket, onHook),
  });
  const answer = new PassThrough();
  feed(git, body, decoder, maxBytes, (problem) => answer.destroy(problem));
  let isAnswered = false;
  git.stdout.once("data", () => {
    isAnswered = true;
  });
  git.stdout.pipe(answer, { end: false });
  answer.once("close", () => {
    // Nobody listens any more. Git must still be able to write, or it would die before it has finished.
    git.stdout.unpipe(answer);
    git.stdout.resume();
  });
  const finish = async () => {
    const { code, stderr } = await git.ended.catch((error: unknown) => ({ code: null, stderr: String(error) }));
    await onEnd({ isClean: code !== null });
    // Later failures git has told the client itself.
    if (code !== 0 && !isAnswered) answer.destroy(new GitError("receive-pack", code, stderr));
    else answer.end();
  };
  return { answer, over: finish() };
}

/**
 * Sends the body to git. When it breaks off, git is told that this was all: it sees that the push is not whole, removes
 * what it has stored of it and ends. When git ends first, the rest of the body is read and dropped, as a client listens
 * to the answer only when it has sent all.
 */
function feed(
  git: GitProcess,
  body: Readable,
  decoder: NodeJS.ReadWriteStream & { destroy(): void },
  maxBytes: number,
  onProblem: (problem: Problem) => void,
): void {
  body.pipe(decoder).pipe(git.stdin);
  const breakOff = () => git.stdin.destroy();
  // Also when it was over before: a client can go away while its push is still being authorised.
  finished(body, { writable: false }, (error) => {
    if (error) breakOff();
  });
  decoder.once("error", (error: NodeJS.ErrnoException) => {
    breakOff();
    if (isBadEncoding(error)) onProblem(new Problem(400, "the request body is not valid gzip"));
  });
  git.stdin.once("close", () => {
    body.unpipe(decoder);
    decoder.destroy();
    let dropped = 0;
    body.on("data", (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > maxBytes) body.destroy();
    });
    body.resume();
  });
}

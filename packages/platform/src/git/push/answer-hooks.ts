import type { Socket } from "node:net";
import type { RefChange } from "../refs/ref-change.ts";
import { type HookName, hookNames } from "./hooks-directory.ts";

/** What a hook asks: whether these changes may be made, or that they have been. */
export interface HookQuestion {
  readonly hook: HookName;
  /** Where git keeps the new objects until they are accepted; empty when there are none. */
  readonly objectDirectory: string;
  readonly changes: readonly RefChange[];
}

export interface HookAnswer {
  readonly accepted: boolean;
  /** What the pusher is shown. */
  readonly lines: readonly string[];
}

/** More than this of refs in one push is not taken, in bytes: about 100,000 refs. */
const maxQuestion = 16 * 1024 * 1024;

/** Answers the hooks of one push over the socket that they hold. What is not a whole, well-formed question is refused. */
export function answerHooks(socket: Socket, answer: (question: HookQuestion) => Promise<HookAnswer>): void {
  let pending: Buffer[] = [];
  let size = 0;
  const reply = ({ accepted, lines }: HookAnswer) => {
    const text = lines.map((line) => `:${line.replaceAll("\n", " ")}\n`).join("");
    socket.write(`${text}${accepted ? "accepted" : "refused"}\n`);
  };
  socket.on("data", (chunk: Buffer) => {
    pending.push(chunk);
    size += chunk.length;
    if (size > maxQuestion) {
      reply({ accepted: false, lines: ["too many refs in one push: push them in portions"] });
      return void socket.end();
    }
    if (!endsQuestion(pending)) return;
    const question = readQuestion(Buffer.concat(pending));
    pending = [];
    size = 0;
    if (question === undefined) reply({ accepted: false, lines: ["git's question was not understood"] });
    else void answer(question).then(reply);
  });
  // Git or its hook may end at any time; how it ended is seen elsewhere.
  socket.on("error", () => {});
}

const end = "\nend\n";

function endsQuestion(chunks: readonly Buffer[]): boolean {
  // Chunks may be cut anywhere: the last two hold the end, unless the last is shorter than it.
  return Buffer.concat(chunks.slice(-end.length)).subarray(-end.length).toString("latin1") === end;
}

function readQuestion(bytes: Buffer): HookQuestion | undefined {
  // Bytes that are not UTF-8 become U+FFFD, which the rule for names refuses.
  const [head = "", ...lines] = bytes.toString("utf8").slice(0, -end.length).split("\n");
  const hook = hookNames.find((name) => head.startsWith(`${name} `));
  const changes = lines.map(readChange);
  if (hook === undefined || !changes.every((change) => change !== undefined)) return undefined;
  return { hook, objectDirectory: head.slice(hook.length + 1), changes };
}

function readChange(line: string): RefChange | undefined {
  const [, oldSha, newSha, ref] = /^ref ([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/s.exec(line) ?? [];
  if (oldSha === undefined || newSha === undefined || ref === undefined) return undefined;
  return { ref, oldSha: present(oldSha), newSha: present(newSha) };
}

function present(sha: string): string | null {
  return /^0+$/.test(sha) ? null : sha;
}

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answerHooks, type HookQuestion } from "./answer-hooks.ts";

let directory: string;
let sockets = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "answer-hooks-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What a hook reads when it writes these chunks and then no more, and what it was understood to ask. */
async function ask(chunks: readonly Buffer[]): Promise<{ answer: string; questions: HookQuestion[] }> {
  const questions: HookQuestion[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    answerHooks(socket, async (question) => {
      questions.push(question);
      return { accepted: true, lines: ["said\nso"] };
    });
    socket.on("end", () => setImmediate(() => socket.end()));
  }).listen(join(directory, String(++sockets)));
  await once(server, "listening");
  const hook = new Socket({ allowHalfOpen: true }).connect(join(directory, String(sockets)));
  let answer = "";
  hook.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  // Who is refused in the middle of a question cannot write the rest of it.
  hook.on("error", () => {});
  const closed = new Promise((resolve) => hook.once("close", resolve));
  for (const chunk of chunks) hook.write(chunk);
  hook.end();
  await closed;
  server.close();
  return { answer, questions };
}

const [a, b, none] = ["a".repeat(40), "b".repeat(40), "0".repeat(40)];
const whole = `pre-receive /objects/new\nref ${none} ${a} refs/heads/ä b\nref ${a} ${b} refs/tags/x\nref ${a} ${none} y\nend\n`;

test("a question is understood however its bytes are cut, and answered in whole lines", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(Buffer.byteLength(whole)), { maxLength: 6 }), async (cuts) => {
      const at = [0, ...cuts.sort((left, right) => left - right), Buffer.byteLength(whole)];
      const chunks = at.slice(1).map((end, index) => Buffer.from(whole).subarray(at[index], end));
      const { answer, questions } = await ask(chunks.filter(({ length }) => length > 0));
      expect(answer).toBe(":said so\naccepted\n");
      expect(questions).toEqual([
        {
          hook: "pre-receive",
          objectDirectory: "/objects/new",
          changes: [
            { ref: "refs/heads/ä b", oldSha: null, newSha: a },
            { ref: "refs/tags/x", oldSha: a, newSha: b },
            { ref: "y", oldSha: a, newSha: null },
          ],
        },
      ]);
    }),
    { numRuns: 30 },
  );
});

test.each([
  ["another hook", "update /x\nend\n"],
  ["a line that is no ref", `pre-receive \n${none} ${a} refs/heads/x\nend\n`],
  ["a short SHA", `pre-receive \nref ${none} abc refs/heads/x\nend\n`],
  [
    "the rest of a name with a line break",
    `pre-receive \nref ${none} ${a} refs/heads/x\nref end\nref ${a} ${none} z\nend\n`,
  ],
])("%s is refused", async (_, question) => {
  const { answer, questions } = await ask([Buffer.from(question)]);
  expect([answer, questions]).toEqual([":git's question was not understood\nrefused\n", []]);
});

test("half a question is not answered, and one without end is refused", async () => {
  expect(await ask([Buffer.from(whole.slice(0, -2))])).toEqual({ answer: "", questions: [] });
  const line = Buffer.from(`ref ${none} ${a} refs/heads/${"x".repeat(900)}\n`.repeat(1000));
  const { answer } = await ask([Buffer.from("pre-receive \n"), ...Array.from({ length: 18 }, () => line)]);
  expect(answer).toContain("too many refs");
});

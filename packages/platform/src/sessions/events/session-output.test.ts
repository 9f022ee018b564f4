import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { AgentStage } from "../../runtime/agent.ts";
import type { NewEvent } from "../append-event.ts";
import { SessionOutput } from "./session-output.ts";

/** What Claude Code 2.1.330 printed when a scripted model used its tools, one of them in the background. */
let recorded: Buffer;
const runnerLine = {
  type: "runner_result",
  session: "s",
  exit_code: 0,
  saved: true,
  committed: true,
  pushed: [{ branch: "agent/1a2b3c4d", commit: "0123456789abcdef0123456789abcdef01234567" }],
  problems: [],
};
beforeAll(async () => {
  recorded = await readFile(join(import.meta.dirname, "testing", "claude-code-2.1.330.jsonl"));
});

function eventsOf(chunks: readonly Uint8Array[], stage: AgentStage = "agent", output = new SessionOutput()) {
  const events = chunks.flatMap((chunk) => output.push(chunk, stage));
  return [...events, ...output.end()];
}

const lines = (...values: readonly unknown[]) =>
  Buffer.from(values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join(""));

const said = (...content: readonly unknown[]) => ({ type: "assistant", message: { content } });
const learnt = ({ summary, turns, costUsd, costTokens }: SessionOutput) => ({ summary, turns, costUsd, costTokens });
const summary = ({ kind, message }: NewEvent) => `${kind}: ${message}`;

describe("a real session", () => {
  test("becomes what was said, called and answered, in order and each once", () => {
    const output = new SessionOutput();
    expect(eventsOf([recorded, lines(runnerLine)], "agent", output).map(summary)).toEqual([
      "milestone: Claude Code 2.1.330 has started with claude-opus-5-5 and the servers echo",
      "error: The server gone is failed: its tools are missing",
      "error: The model's API failed (529 overloaded): attempt 1 of 10 follows",
      "thinking: The greeting is in greeting.txt.\nLet me look.",
      "text: I look at what is there first.",
      "tool_call: Bash: ls; printf 'caf\\303\\251 \\033[31mred\\033[0m'",
      "tool_call: echo echo: text=hello",
      "tool_result: café \u001b[31mred\u001b[0m",
      "tool_result: heard hello",
      "tool_call: Write: /tmp/session/work/greeting.txt",
      expect.stringMatching(/^tool_result: File created successfully/),
      "tool_call: Bash: exit 3",
      "tool_call: echo echo",
      "tool_result: Exit code 3",
      expect.stringMatching(/^tool_result: nothing to echo/),
      "tool_call: Task: Review the greeting",
      expect.stringMatching(/^tool_result: Async agent launched/),
      "text: The greeting is written.\n\nIt says hello. 👋",
      "text: It is friendly.",
      "text: The review agrees.",
      "milestone: Pushed 0123456789ab to agent/1a2b3c4d",
    ]);
    expect(learnt(output)).toEqual({
      summary: { text: "The review agrees.", isError: false },
      turns: 8,
      costUsd: expect.closeTo(0.005957),
      costTokens: 945,
    });
    expect(output.runner).toMatchObject({ exit_code: 0, saved: true });
  });

  test("says of each event what belongs to it", () => {
    const events = eventsOf([recorded]);
    const of = (message: string) => events.find((event) => event.message.startsWith(message))?.metadata;
    expect(of("Write")).toEqual({
      tool: "Write",
      id: "toolu_03",
      input: { file_path: "/tmp/session/work/greeting.txt", content: "Hello\nworld\n" },
    });
    expect(of("Exit code 3")).toEqual({ id: "toolu_04", is_error: true });
    expect(of("heard hello")).toEqual({ id: "toolu_02", is_error: false });
    expect(of("It is friendly")).toEqual({ parent: "toolu_06" });
  });

  test("gives the same events however its bytes are divided", () => {
    const whole = eventsOf([recorded]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20_000 }), { maxLength: 40 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), recorded.length];
        const chunks = places.slice(1).map((end, index) => recorded.subarray(places[index], end));
        expect(eventsOf(chunks)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
    expect(eventsOf([...recorded].map((byte) => Buffer.of(byte)))).toEqual(whole);
  });
});

describe("how it ended", () => {
  test("is known when there were too many turns, and when the model's API refused", () => {
    const output = new SessionOutput();
    const line = { type: "result", subtype: "error_max_turns", is_error: true, num_turns: 2, total_cost_usd: 0.0008 };
    const events = eventsOf([lines({ ...line, errors: ["Reached maximum number of turns (1)"] })], "agent", output);
    expect(events.map(summary)).toEqual(["error: Reached maximum number of turns (1)"]);
    expect(output.summary).toEqual({ text: "Reached maximum number of turns (1)", isError: true });
    const refused = { type: "result", is_error: true, num_turns: 1, result: "API Error: 400 no" };
    expect(eventsOf([lines(refused)]).map(summary)).toEqual(["error: API Error: 400 no"]);
  });

  test("is unknown of an agent that was killed before it could say so", () => {
    const output = new SessionOutput();
    eventsOf([lines(said({ type: "text", text: "I begin" }))], "agent", output);
    expect(learnt(output)).toEqual({ summary: undefined, turns: null, costUsd: null, costTokens: null });
    expect(output.runner).toBeUndefined();
  });

  test("tells what of the work could not be saved, and where it is", () => {
    const line = { ...runnerLine, saved: false, pushed: [], bundle: "/rescue/s.bundle", problems: ["main: no"] };
    expect(eventsOf([lines(line)]).map(summary)).toEqual([
      "error: Saving the work: main: no",
      "error: Work could not be saved on the platform; what is left is in /rescue/s.bundle, from which git fetch gets it",
    ]);
  });

  test("keeps of what is said about the work what can be so, of bounded length", () => {
    const pushed = [{ branch: "b".repeat(10_000), commit: "no commit" }, ...runnerLine.pushed];
    const problems = [{}, 'pa"ss-1234 is wrong', ...Array.from({ length: 100 }, () => "y".repeat(9000))];
    const output = new SessionOutput({ secrets: ['pa"ss-1234'] });
    const line = { ...runnerLine, saved: false, pushed, problems, bundle: "f".repeat(9000), messages: 2 ** 31 };
    const events = eventsOf([lines(line)], "agent", output);
    expect(output.runner).toMatchObject({ pushed: runnerLine.pushed, saved: false, messages: undefined });
    expect(output.runner?.problems[0]).toBe("*** is wrong");
    expect(JSON.stringify(output.runner).length).toBeLessThan(30_000);
    expect(events.length).toBeLessThan(25);
  });

  test("counts each turn of a conversation, and the cost of all", () => {
    const output = new SessionOutput();
    const usage = { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 1, cacheCreationInputTokens: 0 };
    const result = (text: string, more: object) => ({ type: "result", result: text, ...more });
    const first = result("one", { num_turns: 3, total_cost_usd: 0.1, modelUsage: { a: usage } });
    const second = result("two", { num_turns: 2, total_cost_usd: 0.3, modelUsage: { a: usage, b: usage } });
    eventsOf([lines(first, second)], "agent", output);
    expect(learnt(output)).toMatchObject({ summary: { text: "two" }, turns: 5, costUsd: 0.3, costTokens: 32 });
  });
});

describe("other lines", () => {
  test("are output of the preparation while that lasts, whatever they look like, and as a terminal would show them", () => {
    const output = new SessionOutput();
    const events = [
      ...output.push(lines("Cloning into 'x'..."), "clone"),
      ...output.push(Buffer.from("10%\r50%\r100%\r\n\n  \nno end"), "setup"),
      ...output.push(lines(runnerLine), "setup"),
      ...output.push(lines("Error: out of reach"), "agent"),
    ];
    expect(events.map(summary)).toEqual([
      "setup: Cloning into 'x'...",
      "setup: 100%",
      `setup: no end${JSON.stringify(runnerLine)}`,
      "error: Error: out of reach",
    ]);
    expect(output.runner).toBeUndefined();
  });

  test("that end with their stage do not run into the next", () => {
    const output = new SessionOutput();
    output.push(Buffer.from("half a line"), "setup");
    expect(output.isHolding).toBe(true);
    expect(output.push(lines({ type: "unknown" }), "agent").map(summary)).toEqual(["setup: half a line"]);
    expect(output.isHolding).toBe(false);
  });
});

describe("whatever is printed", () => {
  const json = fc.oneof(
    fc.json(),
    fc
      .record(
        {
          type: fc.constantFrom("assistant", "user", "system", "result", "runner_result"),
          subtype: fc.constantFrom("init", "api_retry", "compact_boundary", "else"),
          message: fc.oneof(fc.jsonValue(), fc.record({ content: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())) })),
          mcp_servers: fc.jsonValue(),
          saved: fc.boolean(),
          pushed: fc.jsonValue(),
          num_turns: fc.oneof(fc.jsonValue(), fc.constant(1e300)),
          total_cost_usd: fc.jsonValue(),
          modelUsage: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.double()))),
          result: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
    fc.string({ unit: "binary" }),
  );

  test("nothing throws, and what is learnt can be stored", () => {
    fc.assert(
      fc.property(fc.array(json), (texts) => {
        const output = new SessionOutput({ secrets: ["type", "text"] });
        eventsOf([Buffer.from(texts.join("\n"))], "agent", output);
        for (const number of [output.turns, output.costUsd, output.costTokens]) {
          expect(number === null || (Number.isFinite(number) && number >= 0)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("secrets show in no event, however JSON writes them", () => {
    const secret = 'pa"ss\u00e9\\word';
    const output = new SessionOutput({ secrets: [secret] });
    const use = { type: "tool_use", id: "1", name: "Bash", input: { command: `login ${secret}`, [secret]: [secret] } };
    const chunk = lines(said({ type: "text", text: `It is ${secret}` }, use), `and ${secret}`);
    expect(JSON.stringify(eventsOf([chunk], "agent", output))).not.toMatch(/pa.{1,2}ss/);
  });

  test("no secret shows in part because its text was cut", () => {
    const secret = "a-secret-of-some-length";
    const output = new SessionOutput({ secrets: [secret] });
    const text = `${"x".repeat(31_990)}${secret}`;
    const [event] = eventsOf([lines(said({ type: "text", text }))], "agent", output);
    expect(event?.message.slice(31_985)).toBe("xxxxx***");
  });

  test("long texts are cut between characters, with what is missing", () => {
    const [event] = eventsOf([lines(said({ type: "text", text: `x${"👋".repeat(20_000)}` }))]);
    expect(event?.message.slice(31_997)).toBe("👋… (8002 more characters)");
    expect(event?.message.isWellFormed()).toBe(true);
  });

  test("a line of any length is not kept, and what follows it is understood", () => {
    const output = new SessionOutput();
    const piece = Buffer.alloc(1_000_000, "x");
    const events = [
      ...output.push(Buffer.from('{"type":"user'), "agent"),
      ...Array.from({ length: 8 }, () => output.push(piece, "agent")).flat(),
      ...output.push(lines("", said({ type: "text", text: "I go on" })), "agent"),
    ];
    expect(events.map(summary)).toEqual([
      "error: A line of 8000013 characters is too long to be looked at",
      "text: I go on",
    ]);
  });

  test("JSON nested as deeply as a line allows does no harm", () => {
    const deep = `${'{"input":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    const call = `{"type":"assistant","message":{"content":[{"type":"tool_use","id":"1","name":"Deep","input":${deep}}]}}`;
    const [event] = eventsOf([lines(call)]);
    expect(event?.message).toBe("Deep: input=…");
    expect(JSON.stringify(event?.metadata).length).toBeLessThan(200);
  });

  test("arguments of any size become few", () => {
    const input = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`argument ${index}`, "y".repeat(5000)]),
    );
    const [event] = eventsOf([lines(said({ type: "tool_use", id: "1", name: "Big", input }))]);
    expect(JSON.stringify(event).length).toBeLessThan(25_000);
  });

  test("output without end becomes a bounded number of events", () => {
    const many = Buffer.from("again\n".repeat(10_000));
    const events = eventsOf([many, many], "setup");
    expect(events).toHaveLength(5001);
    expect(events.at(-1)?.message).toMatch(/in the session's output only/);
    const talk = lines(...Array.from({ length: 30_000 }, () => said({ type: "text", text: "and" })));
    const output = new SessionOutput();
    expect(eventsOf([talk, lines(runnerLine)], "agent", output)).toHaveLength(20_001);
    expect(output.runner?.saved).toBe(true);
  });
});

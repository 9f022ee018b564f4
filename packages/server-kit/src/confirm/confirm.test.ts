import { afterEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { note } from "../result/note.ts";
import { toolCaller } from "../testing/tool-caller.ts";
import { deleteThings, renameThing } from "../testing/tools.ts";
import { defineTool } from "../tools/tool.ts";
import { confirm, type Person, type Subject } from "./confirm.ts";
import { NotConfirmedError } from "./not-confirmed-error.ts";
import { OpenQuestion, OpenQuestions } from "./open-questions.ts";

const done: string[] = [];
/** What holds now, as a tool would see it on the platform. */
let live = "one";
afterEach(() => {
  done.length = 0;
  live = "one";
});

const replaceThing = defineTool({
  name: "replace_thing",
  title: "Replace thing",
  description: "Replace.",
  risk: "destructive",
  input: { where: z.enum(["live", "test"]), by: z.string() },
  output: {},
  uses: [],
  confirmation: async (_, { where, by }) => (where === "live" ? `Replace ${live} by ${by}?` : undefined),
  async run(_, { by }) {
    done.push(by);
    return note(`replaced by ${by}`);
  },
});

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const caller = (reply: (question: string) => "accept" | "decline" | "cancel", confirming = true) =>
  toolCaller([replaceThing, renameThing, deleteThings], {
    url: "http://127.0.0.1:9",
    project,
    options: { confirm: confirming },
    reply,
  });

const args = { where: "live", by: "two" };

test("what the person agrees to is done, once", async () => {
  await using tools = caller(() => "accept");
  expect(await tools.call("replace_thing", args)).toMatchObject({
    text: "replaced by two",
    asked: ["Replace one by two?"],
  });
  expect(done).toEqual(["two"]);
});

test.each([
  ["decline", "replace_thing did nothing: the person who was asked declined."],
  ["cancel", "replace_thing did nothing: the question whether to do it was closed without an answer"],
] as const)("after %s nothing is done, and the text says so", async (reply, says) => {
  await using tools = caller(() => reply);
  const { text, isError } = await tools.call("replace_thing", args);
  expect(isError).toBe(true);
  expect(text).toContain(says);
  expect(done).toEqual([]);
});

test("what changes while the person thinks is asked anew", async () => {
  await using tools = caller(() => {
    if (live === "one") live = "three";
    return "accept";
  });
  expect((await tools.call("replace_thing", args)).asked).toEqual(["Replace one by two?", "Replace three by two?"]);
  expect(done).toEqual(["two"]);
});

test("nobody is asked of what destroys nothing, of writes, or where the operator does not want it", async () => {
  await using tools = caller(() => "decline");
  expect((await tools.call("replace_thing", { ...args, where: "test" })).asked).toEqual([]);
  expect((await tools.call("rename_thing", { name: "x" })).asked).toEqual([]);
  await using unasked = caller(() => "decline", false);
  expect((await unasked.call("replace_thing", args)).text).toBe("replaced by two");
});

test("wrong arguments are refused before anybody is asked", async () => {
  await using tools = caller(() => "accept");
  expect(await tools.call("replace_thing", { where: "live" })).toMatchObject({ isError: true, asked: [] });
});

test("a tool without words of its own shows the call", async () => {
  await using tools = caller(() => "accept");
  expect((await tools.call("delete_things")).asked).toEqual(["Delete things (delete_things)?"]);
});

test("a question shows nothing that hides what it asks", async () => {
  await using tools = caller(() => "accept");
  const by = `\u202e\x1b[31m${"x".repeat(5000)}`;
  const { asked } = await tools.call("replace_thing", { where: "live", by });
  expect(asked.join("")).toMatch(/^Replace one by x+…$/);
  expect(asked.join("").length).toBeLessThanOrEqual(2000);
});

describe("an answer", () => {
  const question = "Replace one by two?";
  const subject: Subject = { tool: "replace_thing", args, question: async () => question };
  const ask = async (questions: OpenQuestions) => {
    const open = await confirm(subject, { canBeAsked: true }, questions);
    if (open === undefined) throw new Error("it should have asked");
    return open.state;
  };
  const agreed = (state: string | undefined): Person => ({ canBeAsked: true, answer: { action: "accept", state } });

  test("counts once", async () => {
    const questions = new OpenQuestions();
    const state = await ask(questions);
    expect(await confirm(subject, agreed(state), questions)).toBeUndefined();
    expect(await confirm(subject, agreed(state), questions)).toBeInstanceOf(OpenQuestion);
  });

  test.each<[string, Partial<Subject>]>([
    ["another tool", { tool: "delete_things" }],
    ["other arguments", { args: { ...args, by: "three" } }],
    ["another question", { question: async () => "Replace four by two?" }],
  ])("does not count for %s", async (_, other) => {
    const questions = new OpenQuestions();
    const state = await ask(questions);
    expect(await confirm({ ...subject, ...other }, agreed(state), questions)).toBeInstanceOf(OpenQuestion);
  });

  test("to no question, or to one of another server, asks", async () => {
    expect(await confirm(subject, agreed(undefined), new OpenQuestions())).toBeInstanceOf(OpenQuestion);
    const elsewhere = await ask(new OpenQuestions());
    expect(await confirm(subject, agreed(elsewhere), new OpenQuestions())).toBeInstanceOf(OpenQuestion);
  });

  test("of a host that cannot ask counts for nothing, and what is needed is said", async () => {
    const questions = new OpenQuestions();
    const person = { ...agreed(await ask(questions)), canBeAsked: false };
    await expect(confirm(subject, person, questions)).rejects.toThrow(NotConfirmedError);
    await expect(confirm(subject, person, questions)).rejects.toThrow(
      /this host cannot ask one: it does not offer MCP elicitation with forms.*"Replace one by two\?"$/,
    );
  });

  test("that declines is heeded before anything else is looked at", async () => {
    const broken = { ...subject, question: () => Promise.reject(new Error("the platform is down")) };
    const person: Person = { canBeAsked: true, answer: { action: "decline", state: undefined } };
    await expect(confirm(broken, person, new OpenQuestions())).rejects.toThrow(NotConfirmedError);
  });

  test("is waited for by so many questions only", async () => {
    const questions = new OpenQuestions();
    const first = await ask(questions);
    for (let at = 0; at < 100; at++) await ask(questions);
    expect(await confirm(subject, agreed(first), questions)).toBeInstanceOf(OpenQuestion);
  });
});

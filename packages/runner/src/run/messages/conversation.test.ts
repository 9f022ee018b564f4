import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Conversation } from "./conversation.ts";

/** A conversation with a Claude Code that says what it is told to. */
function converse() {
  const stdin = new PassThrough();
  const conversation = new Conversation("-p do it\n", 1);
  const told = () => (stdin.readableLength > 0 ? String(stdin.read()) : "");
  const all: { uuid: string; message: { content: string } }[] = [];
  const said = () => {
    for (const line of told().split("\n")) if (line !== "") all.push(JSON.parse(line));
    return all.map(({ message }) => message.content);
  };
  const hear = (state: string, index: number) => {
    said();
    conversation.watches.onLine({ type: "command_lifecycle", command_uuid: all[index]?.uuid, state });
  };
  conversation.begin(stdin);
  const result = () => conversation.watches.onLine({ type: "result" });
  return { conversation, stdin, said, hear, result };
}

test("the prompt is said first, and its answer ends the conversation", () => {
  const { conversation, stdin, said, hear, result } = converse();
  expect(said()).toEqual(["-p do it\n"]);
  hear("queued", 0);
  hear("started", 0);
  result();
  expect(stdin.writableEnded).toBe(false);
  hear("completed", 0);
  expect(stdin.writableEnded).toBe(true);
  expect(conversation.delivered).toBe(1);
});

test("a message that waits for its turn is answered before the conversation ends", () => {
  const { conversation, stdin, said, hear, result } = converse();
  hear("started", 0);
  conversation.say({ number: 7, text: "and that" });
  expect(said()).toEqual(["-p do it\n", "and that"]);
  hear("queued", 1);
  expect(conversation.delivered).toBe(1);
  result();
  hear("completed", 0);
  expect(stdin.writableEnded).toBe(false);
  hear("started", 1);
  expect(conversation.delivered).toBe(7);
  conversation.say({ number: 9, text: "more" });
  hear("started", 2);
  hear("completed", 2);
  result();
  expect(stdin.writableEnded).toBe(false);
  hear("completed", 1);
  expect(stdin.writableEnded).toBe(true);
});

test("a message that was taken up in the middle of a turn has no result of its own", () => {
  const { conversation, stdin, hear, result } = converse();
  hear("started", 0);
  conversation.say({ number: 3, text: "while you work" });
  hear("started", 1);
  hear("completed", 1);
  result();
  hear("completed", 0);
  expect(stdin.writableEnded).toBe(true);
  expect(conversation.delivered).toBe(3);
});

test("a turn that was cancelled is over", () => {
  const { stdin, hear, result } = converse();
  hear("started", 0);
  result();
  hear("cancelled", 0);
  expect(stdin.writableEnded).toBe(true);
});

test("where nothing is acknowledged, the first result ends the conversation", () => {
  const { conversation, stdin, result } = converse();
  conversation.say({ number: 4, text: "x" });
  result();
  expect(stdin.writableEnded).toBe(true);
  expect(conversation.delivered).toBe(4);
});

test("what comes after the end was not delivered", () => {
  const { conversation, said, hear, result } = converse();
  hear("started", 0);
  result();
  hear("completed", 0);
  conversation.say({ number: 5, text: "too late" });
  expect([said(), conversation.delivered]).toEqual([["-p do it\n"], 1]);
});

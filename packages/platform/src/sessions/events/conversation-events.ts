import * as z from "zod";
import type { NewEvent } from "../append-event.ts";
import { describeToolCall } from "./describe-tool-call.ts";
import type { ShownText } from "./shown-text.ts";

/** What is kept of one text, in characters. */
const most = { text: 32_000, thinking: 2000, toolCall: 300, toolResult: 4000, name: 200 };

/** Parts of a message, or of an answer, that are looked at. */
const mostParts = 200;

/** A message of the conversation between Claude Code and the model, or between it and an agent that it has started. */
export const conversationLine = z.object({
  type: z.enum(["assistant", "user"]),
  message: z.object({ content: z.array(z.unknown()) }),
  /** The call that has started the agent whose message it is. */
  parent_tool_use_id: z.string().nullish().catch(null),
});
type ConversationLine = z.output<typeof conversationLine>;

const toolUse = z.object({
  type: z.literal("tool_use"),
  id: z.string().catch(""),
  name: z.string(),
  input: z.unknown(),
});
const toolResult = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string().catch(""),
  content: z.unknown(),
  is_error: z.boolean().nullish().catch(null),
});
const said = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("thinking"), thinking: z.string() }),
  toolUse,
]);

/** What a message holds, an event for each of its parts. */
export function conversationEvents(line: ConversationLine, shown: ShownText): readonly NewEvent[] {
  const { type, message, parent_tool_use_id: parent } = line;
  const inner = parent ? { parent: shown.text(parent, most.name) } : {};
  const event = (made: NewEvent | undefined): NewEvent[] => {
    if (made === undefined) return [];
    const metadata = { ...made.metadata, ...inner };
    return [Object.keys(metadata).length === 0 ? made : { ...made, metadata }];
  };
  return message.content
    .slice(0, mostParts)
    .flatMap((part) => event(type === "assistant" ? assistantEvent(part, shown) : resultEvent(part, shown)));
}

function assistantEvent(part: unknown, shown: ShownText): NewEvent | undefined {
  const { data } = said.safeParse(part);
  if (data?.type === "text") {
    return data.text.trim() === "" ? undefined : { kind: "text", message: shown.text(data.text, most.text) };
  }
  if (data?.type === "thinking") {
    return data.thinking.trim() === ""
      ? undefined
      : { kind: "thinking", message: shown.text(data.thinking, most.thinking) };
  }
  if (data === undefined) return undefined;
  const tool = shown.text(data.name, most.name);
  return {
    kind: "tool_call",
    message: shown.text(describeToolCall(data.name, data.input), most.toolCall),
    metadata: { tool, id: shown.text(data.id, most.name), input: shown.value(data.input) },
  };
}

/** What a user says is an event already, made when it was said: only answers of tools are looked at. */
function resultEvent(part: unknown, shown: ShownText): NewEvent | undefined {
  const { data } = toolResult.safeParse(part);
  if (data === undefined) return undefined;
  return {
    kind: "tool_result",
    message: shown.text(textOf(data.content), most.toolResult),
    metadata: { id: shown.text(data.tool_use_id, most.name), is_error: data.is_error === true },
  };
}

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const otherPart = z.object({ type: z.string() });

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const parts = content.slice(0, mostParts).map((part: unknown) => {
    const { data: text } = textPart.safeParse(part);
    return text?.text ?? `[${otherPart.safeParse(part).data?.type ?? "something"}]`;
  });
  return parts.join("\n");
}

/** One scripted answer of the model: calls of tools, or words, or both. Without a call it ends the conversation. */
export interface ScriptedTurn {
  readonly use?: readonly { readonly tool: string; readonly input: Record<string, unknown> }[];
  readonly say?: string;
}

type ContentBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: Record<string, unknown> };

/** An answer in the form of the Messages API. */
export interface AnswerMessage {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  readonly model: string;
  readonly content: readonly ContentBlock[];
  readonly stop_reason: "tool_use" | "end_turn";
  readonly stop_sequence: null;
  readonly usage: typeof usage;
}

/** Plausible and small, so that the host never thinks of compacting the conversation. */
const usage = {
  input_tokens: 100,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 20,
} as const;

/** The message that a scripted turn stands for. Its tool calls are named `toolu_<turn>_<position>`. */
export function answerMessage(script: ScriptedTurn, turn: number, model: string): AnswerMessage {
  const calls = (script.use ?? []).map(
    ({ tool, input }, position): ContentBlock => ({
      type: "tool_use",
      id: `toolu_${turn}_${position}`,
      name: tool,
      input,
    }),
  );
  return {
    id: `msg_${turn}`,
    type: "message",
    role: "assistant",
    model,
    content: script.say === undefined ? calls : [{ type: "text", text: script.say }, ...calls],
    stop_reason: calls.length > 0 ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage,
  };
}

/** The message as server-sent events, text and arguments in pieces as the real API sends them. */
export function* answerEvents(message: AnswerMessage): Generator<string> {
  yield event({ type: "message_start", message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of message.content.entries()) {
    const isText = block.type === "text";
    yield event({
      type: "content_block_start",
      index,
      content_block: isText ? { ...block, text: "" } : { ...block, input: {} },
    });
    for (const piece of pieces(isText ? block.text : JSON.stringify(block.input))) {
      const delta = isText ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
      yield event({ type: "content_block_delta", index, delta });
    }
    yield event({ type: "content_block_stop", index });
  }
  yield event({
    type: "message_delta",
    delta: { stop_reason: message.stop_reason, stop_sequence: message.stop_sequence },
    usage: { output_tokens: usage.output_tokens },
  });
  yield event({ type: "message_stop" });
}

function event(data: { readonly type: string; readonly [key: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Cuts by code points, so that no piece ends within a surrogate pair. */
function* pieces(text: string): Generator<string> {
  const points = [...text];
  const size = 40;
  for (let start = 0; start < points.length; start += size) yield points.slice(start, start + size).join("");
}

type JsonObject = Readonly<Record<string, unknown>>;

/** What came back from one tool call, as the model is shown it. */
export interface ToolResult {
  readonly toolUseId: string;
  /** The text blocks in order, one a line; a block of another type is shown as its JSON. */
  readonly text: string;
  readonly isError: boolean;
}

/** One request to the Messages API, with the parts that tests ask about picked out. */
export interface RecordedRequest {
  readonly body: JsonObject;
  /** How many answers of the model the conversation holds already: 0 in its first request. */
  readonly turn: number;
  /**
   * Names of the tools whose definitions the request carries, in its order: the built-in ones and the host's own
   * `DeferredToolPlaceholder` too. A tool behind tool search is not here before the model has looked it up.
   */
  readonly toolNames: readonly string[];
  /** The answers to the tool calls of the turn before, in the conversation's order. */
  readonly toolResults: readonly ToolResult[];
  /** Everything the host tells the model: the `system` parameter and the messages of role `system`. */
  readonly systemText: string;
}

/** Reads the body of a Messages API request. Throws a TypeError when it is no such body. */
export function readRequest(body: unknown): RecordedRequest {
  if (!isObject(body) || !Array.isArray(body.messages)) throw new TypeError("messages: Field required");
  const messages = objects(body.messages);
  const lastAnswer = messages.findLastIndex((message) => message.role === "assistant");
  return {
    body,
    turn: messages.filter((message) => message.role === "assistant").length,
    toolNames: objects(body.tools).map((tool) => String(tool.name)),
    toolResults: messages
      .slice(lastAnswer + 1)
      .flatMap((message) => objects(message.content))
      .filter((block) => block.type === "tool_result")
      .map((block) => ({
        toolUseId: String(block.tool_use_id),
        text: contentText(block.content),
        isError: block.is_error === true,
      })),
    systemText: [
      body.system,
      ...messages.filter((message) => message.role === "system").map((message) => message.content),
    ]
      .map(contentText)
      .join("\n"),
  };
}

/** The text of a message's content, which is a string or a list of blocks. */
function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return objects(content)
    .map((block) => (block.type === "text" ? String(block.text) : JSON.stringify(block)))
    .join("\n");
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

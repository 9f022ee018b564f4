const invalidRequest = -32600;

/**
 * The answer to a line that asks for something in a form that JSON-RPC does not know, so that whoever asked does not
 * wait for ever; undefined for every other line. (The SDK drops such requests without an answer.)
 */
export function refusalOf(line: Buffer): string | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isObject(message) || typeof message.method !== "string") return undefined;
  const { id, jsonrpc, params } = message;
  if (typeof id !== "string" && !Number.isInteger(id)) return undefined;
  const problem =
    jsonrpc !== "2.0"
      ? 'jsonrpc must be "2.0"'
      : params !== undefined && !isObject(params)
        ? "params must be an object"
        : isObject(params) && params._meta !== undefined && !isObject(params._meta)
          ? "params._meta must be an object"
          : undefined;
  if (problem === undefined) return undefined;
  const error = { code: invalidRequest, message: `Invalid request: ${problem}` };
  return `${JSON.stringify({ jsonrpc: "2.0", id, error })}\n`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

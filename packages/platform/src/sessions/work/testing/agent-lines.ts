/** A line of Claude Code in which the agent says something. */
export function says(text: string): string {
  return line({ type: "assistant", message: { content: [{ type: "text", text }] } });
}

/** Its line at the end of a turn of the conversation. */
export function concludes(result: string, turns = 3): string {
  const modelUsage = { m: { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 } };
  return line({ type: "result", is_error: false, result, num_turns: turns, total_cost_usd: 0.25, modelUsage });
}

/** The runner's last line. */
export function saved(more: object = {}): string {
  return line({ type: "runner_result", exit_code: 0, saved: true, pushed: [], problems: [], messages: 1, ...more });
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

import * as z from "zod";

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).catch(0);

/** What a model was used for since Claude Code was started. */
const modelUsage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
});

const none = { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 };

/**
 * Claude Code's line at the end of a turn of the conversation. There are several when it is told more, or when work in
 * its background ends; cost and tokens are then of all together, `num_turns` is of each (measured with 2.1.330).
 */
export const agentResult = z.object({
  type: z.literal("result"),
  is_error: z.boolean().catch(false),
  /** Its last words; not there when it did not come to an end by itself. */
  result: z.string().optional().catch(undefined),
  errors: z.array(z.string()).catch([]),
  num_turns: z.int().min(0).max(1_000_000).catch(0),
  total_cost_usd: z.number().min(0).max(1e9).optional().catch(undefined),
  modelUsage: z.record(z.string(), modelUsage.catch(none)).catch({}),
});
export type AgentResult = z.output<typeof agentResult>;

/** All tokens, those of caches too. */
export function tokensOf({ modelUsage: models }: AgentResult): number {
  const tokens = Object.values(models)
    .flatMap((usage) => Object.values(usage))
    .reduce((sum, part) => sum + part, 0);
  return Math.min(tokens, Number.MAX_SAFE_INTEGER);
}

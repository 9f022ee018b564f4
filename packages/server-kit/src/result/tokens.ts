/** One match is one run of a kind that tokenizers treat alike. */
const runs = /[a-z]+|[A-Z][a-z]+|[A-Z]+|[0-9]+| +|\t+|\n+|[\u0021-\u007e]|[^\u0000-\u007f]|[\s\S]/g;

/**
 * Tokens that a text costs a model, estimated on the high side: within a result it is the bound that matters, and
 * a tokenizer's vocabulary is larger than a server. Held against a real tokenizer in a test.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [run] of text.matchAll(runs)) tokens += costOf(run);
  return Math.ceil(tokens);
}

function costOf(run: string): number {
  const first = run.charCodeAt(0);
  if (first === 0x20 || first === 0x09) return run.length === 1 ? 0 : 1 + run.length / 80;
  if (first === 0x0a) return 1;
  if (first >= 0x30 && first <= 0x39) return Math.ceil(run.length / 3);
  if (first > 0x7f) return run.length > 1 || first > 0x2fff ? 1.5 : 1;
  if (first >= 0x41) return /[A-Za-z]/.test(run) ? letters(run) : 1;
  return 1;
}

/** Words are a token or two; long runs of letters are rarely words, and cost about a token for two or three. */
function letters(run: string): number {
  return run.length <= 6 ? 1 : 1 + (run.length - 6) / 2.5;
}

import { frequent, pairsOf, usual } from "./letter-pairs.ts";

/** One match is one run that tokenizers treat alike: a word, digits, blanks, punctuation with its line ends, or one character. */
const runs = /[A-Z]?[a-z]+|[A-Z]+|[0-9]+| +|\t+|\n+|[!-/:-@[-`{-~]+\n*|[\s\S]/gu;

/**
 * Tokens that a text costs a model, estimated on the high side: a result must stay within its bound whatever it holds,
 * and an exact count would need a vocabulary that is larger than a server. Random letters, encoded bytes and
 * meaningless words cost what is estimated; code and prose, whose words a vocabulary knows, cost less, but never less
 * than half. Both are held against a real tokenizer in a test.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const { 0: run, index } of text.matchAll(runs)) tokens += costOf(run, text.charCodeAt(index + run.length));
  return tokens;
}

function costOf(run: string, next: number): number {
  const first = run.charCodeAt(0);
  if (first > 0x7f) return costBeyondAscii(run.codePointAt(0) ?? first);
  if (first === 0x20) return (run.length > 1 ? 1 + run.length / 80 : 0) + costOfLastSpace(next);
  if (first === 0x09) return 1 + run.length / 16;
  if (first === 0x0a) return 1 + run.length / 15;
  if (first >= 0x30 && first <= 0x39) return Math.ceil(run.length / 3) + 0.1;
  if (isLetter(first)) return costOfLetters(run);
  // Vocabularies know most pairs of punctuation, and a line end with what stands before it.
  return 0.3 + 0.7 * run.trimEnd().length + (run.endsWith("\n\n") ? 0.5 : 0);
}

/** The space before a word or punctuation is part of it, or of the line's end; before digits and other scripts it is not. */
function costOfLastSpace(next: number): number {
  const isDigit = next >= 0x30 && next <= 0x39;
  return next < 0x7f && !isDigit ? 0.1 : 1;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

const frequentPairs: ReadonlySet<string> = new Set(pairsOf(frequent));
const usualPairs: ReadonlySet<string> = new Set(pairsOf(usual));

/** The more its neighbouring letters are those of words, the fewer tokens a run of letters is split into. */
function costOfLetters(run: string): number {
  const letters = run.toLowerCase();
  let joints = 0;
  for (let at = 0; at + 1 < letters.length; at++) {
    const pair = letters.slice(at, at + 2);
    joints += frequentPairs.has(pair) ? 0.28 : usualPairs.has(pair) ? 0.42 : 0.8;
  }
  const capitals = run.length > 1 && run.charCodeAt(1) < 0x61;
  return Math.min(run.length, Math.max(1, 0.82 + joints * (capitals ? 1.3 : 1)));
}

/** Scripts whose characters cost less than their bytes in UTF-8: first and last code point, tokens a character. */
const cheaper: readonly (readonly [first: number, last: number, tokens: number])[] = [
  [0x00a0, 0x00ff, 1.1],
  [0x0391, 0x03c9, 1.1],
  [0x0410, 0x044f, 1],
  [0x0561, 0x0586, 1],
  [0x05d0, 0x05ea, 1],
  [0x0621, 0x064a, 1],
  // The scripts of India and Thai.
  [0x0900, 0x0e7f, 2],
  // Dashes, quotation marks, bullets; arrows, mathematics, boxes.
  [0x2010, 0x2027, 1.5],
  [0x2190, 0x257f, 2],
  // Kana, then ideographs.
  [0x3001, 0x303f, 2],
  [0x3041, 0x30ff, 1.4],
  [0x4e00, 0x9fff, 2],
];

function costBeyondAscii(codePoint: number): number {
  const known = cheaper.find(([first, last]) => codePoint >= first && codePoint <= last);
  return known?.[2] ?? (codePoint > 0xffff ? 4 : codePoint > 0x7ff ? 3 : 2);
}

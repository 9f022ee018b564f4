import { storable } from "../../db/storable.ts";

/** The most characters that are kept of a message, and how many of them of its beginning, which says what is wrong. */
const most = 8_000;
const ofBeginning = 1_000;

/**
 * What a runtime says of a workload as it can be recorded: it ends with what the workload has printed, which may be
 * anything, and of any length. The beginning and the last words are kept.
 */
export function recordable(message: string): string {
  const text = storable(message);
  if (text.length <= most) return text;
  return storable(`${text.slice(0, ofBeginning)}\n…\n${text.slice(ofBeginning - most)}`);
}

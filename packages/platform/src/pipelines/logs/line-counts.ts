/** The index of a log has an entry for each block of this many bytes of it. */
export const blockBytes = 65_536;
/** An entry is a little-endian double: how many newlines there are up to the end of its block. */
export const entryBytes = 8;

/** The index of the log at a path: it can be made anew from the log at any time. */
export function indexPathOf(logPath: string): string {
  return `${logPath}.lines`;
}

export function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index++) if (bytes[index] === 10) count++;
  return count;
}

/** Entries for an index, as its file holds them. */
export function encodeEntries(counts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(counts.length * entryBytes);
  for (const [index, count] of counts.entries()) bytes.writeDoubleLE(count, index * entryBytes);
  return bytes;
}

/**
 * The entries that an index holds for the first `blocks` blocks, up to the first that cannot be right, as after a power
 * failure.
 */
export function decodeEntries(bytes: Buffer, blocks: number): number[] {
  const counts: number[] = [];
  let last = 0;
  for (let at = 0; counts.length < blocks && at + entryBytes <= bytes.length; at += entryBytes) {
    const count = bytes.readDoubleLE(at);
    if (!Number.isSafeInteger(count) || count < last || count > last + blockBytes) break;
    counts.push(count);
    last = count;
  }
  return counts;
}

/** Characters that are kept: more than an answer may hold. */
const kept = 262_144;

/** The end of a text, read as it comes without ever holding more than a part of it. It begins with a whole line. */
export async function lastPart(
  chunks: AsyncIterable<string>,
): Promise<{ readonly log: string; readonly isCut: boolean }> {
  let log = "";
  let isCut = false;
  for await (const chunk of chunks) {
    log += chunk;
    if (log.length <= 2 * kept) continue;
    log = log.slice(-kept);
    isCut = true;
  }
  if (!isCut) return { log, isCut };
  const newline = log.indexOf("\n");
  return { log: log.slice(newline + 1), isCut };
}

/** The part of a log that a query asks for, and how many lines the log has, as the contract says it. */
export function logPart(log: Buffer, query: URLSearchParams): { readonly part: Buffer; readonly lines: number } {
  const ends: number[] = [];
  for (let at = log.indexOf(10); at >= 0; at = log.indexOf(10, at + 1)) ends.push(at + 1);
  if (log.length > 0 && log.at(-1) !== 10) ends.push(log.length);
  const lines = ends.length;
  const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  const tail = number("tail");
  const first = tail === undefined ? (number("from_line") ?? 1) : Math.max(lines - tail + 1, 1);
  const last = Math.min(number("to_line") ?? lines, lines);
  const part = log.subarray(ends[first - 2] ?? (first === 1 ? 0 : log.length), Math.max(ends[last - 1] ?? 0, 0));
  return { part: bounded(part, number("max_bytes") ?? part.length, tail !== undefined), lines };
}

/** At most so many bytes of its end or its beginning, without a part of a character. */
function bounded(part: Buffer, most: number, keepEnd: boolean): Buffer {
  if (part.length <= most) return part;
  let at = keepEnd ? part.length - most : most;
  while (((part[at] ?? 0) & 0xc0) === 0x80) at += keepEnd ? 1 : -1;
  return keepEnd ? part.subarray(at) : part.subarray(0, at);
}

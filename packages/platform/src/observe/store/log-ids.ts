import { randomBytes } from "node:crypto";

/** As many of one millisecond can be told apart by their order. */
const perMillisecond = 2 ** 18;

/** Where this process is: the millisecond of the last id, and how many of it there were. */
let millisecond = 0;
let count = 0;

/**
 * Ids of logs: UUIDs of version 7 that grow with every call in this process, so that lines of the same instant stay in
 * the order in which they came.
 */
export function nextLogId(): string {
  const now = Date.now();
  if (now > millisecond) [millisecond, count] = [now, 0];
  else if (++count === perMillisecond) [millisecond, count] = [millisecond + 1, 0];
  const time = millisecond.toString(16).padStart(12, "0");
  const high = (count >>> 6).toString(16).padStart(3, "0");
  const low = (0x80 | (count & 0x3f)).toString(16);
  const random = randomBytes(7).toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${high}-${low}${random.slice(0, 2)}-${random.slice(2)}`;
}

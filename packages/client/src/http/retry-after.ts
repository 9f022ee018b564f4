/**
 * The milliseconds that a `Retry-After` header asks to wait: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * Undefined when there is none or it is malformed; a moment that has passed is 0.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse takes much that is no HTTP date; all three forms of the RFC have a weekday and a time.
  if (!/^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined;
  // The old asctime form names no zone and means UTC.
  const moment = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now);
}

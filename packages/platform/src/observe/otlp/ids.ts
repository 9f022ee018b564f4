/** A trace id; undefined for what is none, such as one of zeros. */
export function traceIdOf(text: string): string | undefined {
  return /^[\da-f]{32}$/.test(text) && !/^0+$/.test(text) ? text : undefined;
}

/** A span id; undefined for what is none, such as one of zeros. */
export function spanIdOf(text: string): string | undefined {
  return /^[\da-f]{16}$/.test(text) && !/^0+$/.test(text) ? text : undefined;
}

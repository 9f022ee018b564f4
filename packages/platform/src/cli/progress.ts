/**
 * Shows progress lines on standard error: one line that changes on a terminal; elsewhere, such as in a log, only the
 * lines that tell the end of a step.
 */
export function showProgress(line: string): void {
  if (process.stderr.isTTY) {
    const width = process.stderr.columns ?? 80;
    process.stderr.write(`\r\u001b[K${line.slice(0, width - 1)}${isFinal(line) ? "\n" : ""}`);
  } else if (isFinal(line)) {
    process.stderr.write(`${line}\n`);
  }
}

function isFinal(line: string): boolean {
  return !/\d+%/.test(line) || /done\.?$/.test(line);
}

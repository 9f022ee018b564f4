/** The line of a program's error output that says best why it ended; undefined when it said nothing. */
export function lastWords(stderr: string): string | undefined {
  const lines = stderr
    .split("\n")
    .map((line) => line.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim())
    // Node ends its account of a crash with its own version.
    .filter((line) => line !== "" && !/^Node\.js v\d/.test(line));
  // Of a stack trace it is the line above the frames.
  const line = lines.find((line) => /^(?:Uncaught )?\w*Error\b.*: /.test(line)) ?? lines.at(-1);
  // Servers begin lines with their name; without it, those that fail for one reason say the same.
  return line?.replace(/^platform-\w+: /, "").slice(0, 500);
}

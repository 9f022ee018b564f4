/** A name out of a file as a message shows it: on one line, and not longer than it helps. */
export function quoted(name: string): string {
  const line = name.replace(/\p{C}/gu, " ");
  return `'${line.length > 60 ? `${line.slice(0, 60).toWellFormed()}…` : line}'`;
}

type Cell = string | number | boolean | null | readonly string[];

/** The flag of every command that lists. */
export const listOptions = { json: { type: "boolean" } } as const;

/**
 * Prints records to standard output: a table whose columns are named by the keys, or with `json` one JSON array with
 * their full values.
 */
export function printList(records: readonly Readonly<Record<string, Cell>>[], json: boolean | undefined): void {
  if (json === true) return void process.stdout.write(`${JSON.stringify(records, undefined, 2)}\n`);
  const [first] = records;
  if (first === undefined) return void process.stderr.write("none\n");
  const lines = [
    Object.keys(first).map((key) => key.toUpperCase()),
    ...records.map((row) => Object.values(row).map(show)),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines) {
    const padded = line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${padded.join("  ").trimEnd()}\n`);
  }
}

/** Users choose their names: nothing in them may steer a terminal. */
function show(cell: Cell): string {
  if (cell === null) return "-";
  const text = typeof cell === "object" ? cell.join(",") : String(cell);
  return text === "" ? "-" : text.replace(/\p{C}/gu, "\ufffd");
}

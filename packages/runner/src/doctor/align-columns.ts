/**
 * Lines of a table, columns two spaces apart. A row with fewer cells than the first is left alone after its last one,
 * and widens no column by it.
 * @param numeric headings of the columns that are aligned to the right
 */
export function alignColumns(rows: readonly (readonly string[])[], numeric: readonly string[]): string[] {
  const header = rows[0] ?? [];
  const counts = (row: readonly string[], column: number) => row.length === header.length || column < row.length - 1;
  const widths = header.map((_, column) =>
    Math.max(...rows.map((row) => (counts(row, column) ? (row[column]?.length ?? 0) : 0))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric.includes(header[column] ?? "") ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

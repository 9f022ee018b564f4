/** PostgreSQL takes 65,535 parameters a statement: rows in portions that fit, for up to 60 columns. */
const rowsAStatement = 1000;

/** Rows in portions that one insert can take. */
export function* inChunks<Row>(rows: readonly Row[]): Generator<readonly Row[], void> {
  for (let start = 0; start < rows.length; start += rowsAStatement) yield rows.slice(start, start + rowsAStatement);
}

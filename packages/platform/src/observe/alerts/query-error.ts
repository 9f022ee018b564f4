/** What is wrong with the query of an alert rule, for whoever wrote it. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

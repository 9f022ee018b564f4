import pg from "pg";

/** Whether a database refuses values, which it always will: they are no data of their type, or break a constraint. */
export function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? "");
}

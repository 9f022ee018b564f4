import pg from "pg";
import { conflict } from "../problem.ts";

/** Runs a write, and says for each unique constraint that it may break what is there already. @throws Problem 409 */
export async function naming<T>(conflicts: Readonly<Record<string, string>>, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const message = error instanceof pg.DatabaseError && error.code === "23505" && conflicts[error.constraint ?? ""];
    throw message ? conflict(message) : error;
  }
}

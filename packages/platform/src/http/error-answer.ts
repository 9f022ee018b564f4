import type { ErrorBody } from "@platform-mcp/client/contract";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import pg from "pg";
import { Problem } from "../problem.ts";

/** What goes back to the client for an error thrown anywhere. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: Omit<ErrorBody, "request_id">;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Turns an error into its answer. What is not meant for callers becomes a 500 that says nothing. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof Problem) return problemAnswer(error);
  if (hasZodFastifySchemaValidationErrors(error)) return validationAnswer(error.validation);
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code === "23505") return { status: 409, body: { error: "resource already exists" } };
  // What was there when the handler looked has gone since, or has come to be needed.
  if (code === "23503") return { status: 409, body: { error: "something it refers to has just changed: look again" } };
  if (code === "40P01" || code === "40001") {
    return { status: 503, body: { error: "it ran into another request" }, headers: { "retry-after": "1" } };
  }
  if (isDatabaseAway(error)) {
    return { status: 503, body: { error: "the database is not available" }, headers: { "retry-after": "1" } };
  }
  return frameworkAnswer(error) ?? { status: 500, body: { error: "internal server error" } };
}

function problemAnswer({ status, message, details: { headers, ...details } }: Problem): ErrorAnswer {
  return { status, body: { error: message, ...details }, ...(headers && { headers }) };
}

function validationAnswer(
  issues: readonly { readonly instancePath: string; readonly message?: string | undefined }[],
): ErrorAnswer {
  const fields = issues.map(({ instancePath, message }) => ({
    path: instancePath.replace(/^\//, "").replaceAll("/", "."),
    message: message ?? "is not valid",
  }));
  return { status: 400, body: { error: "validation error", fields } };
}

/** The web framework's own refusals: malformed JSON, a wrong content type, a body that is too large. */
function frameworkAnswer(error: unknown): ErrorAnswer | undefined {
  if (!(error instanceof Error) || !("statusCode" in error) || typeof error.statusCode !== "number") return undefined;
  if (error.statusCode < 400 || error.statusCode >= 500) return undefined;
  return { status: error.statusCode, body: { error: error.message } };
}

/** Connection failures, a server that shuts down, starts up or was killed: the next attempt may find it again. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    /^(08|57P0)/.test(code) ||
    /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$/.test(code) ||
    /^Connection terminated|timeout exceeded when trying to connect/.test(error.message)
  );
}

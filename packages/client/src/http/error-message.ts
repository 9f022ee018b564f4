import * as z from "zod";
import type { FieldProblem } from "../errors/platform-error.ts";
import { htmlTitle, isHtml } from "./html.ts";
import { parseJson } from "./parse-json.ts";

/** What an error answer's body says, in the server's words: raw, to be cleaned before it is shown. */
export interface ErrorAnswer {
  readonly message: string | undefined;
  readonly fields: readonly FieldProblem[];
  readonly permission: string | undefined;
  readonly reason: string | undefined;
  readonly grantedBy: string | undefined;
  readonly detail: string | undefined;
  readonly conflicts: readonly string[];
  readonly requestId: string | undefined;
  /** True for JSON in the platform's own form: then it was the platform that answered, not a proxy before it. */
  readonly fromPlatform: boolean;
}

const nothing: ErrorAnswer = {
  message: undefined,
  fields: [],
  permission: undefined,
  reason: undefined,
  grantedBy: undefined,
  detail: undefined,
  conflicts: [],
  requestId: undefined,
  fromPlatform: false,
};

const string = z.string().optional().catch(undefined);
const text = z.union([z.string(), z.object({ message: z.string() }).transform((nested) => nested.message)]);
const fieldName = z.union([z.string(), z.array(z.union([z.string(), z.number()])).transform((path) => path.join("."))]);
const field = z.union([
  z.object({ path: fieldName, message: z.string() }),
  z.object({ field: fieldName, message: z.string() }).transform(({ field, message }) => ({ path: field, message })),
  z.string().transform((message) => ({ path: "", message })),
]);
/** Every part is taken for itself: one that is not as expected does not hide the others. */
const errorAnswer = z.object({
  error: text.optional().catch(undefined),
  message: text.optional().catch(undefined),
  fields: z.array(field.optional().catch(undefined)).catch([]),
  permission: string,
  reason: string,
  granted_by: string,
  detail: string,
  conflicts: z.array(z.string()).catch([]),
  request_id: string,
});

/** Reads the body of an error answer: `{error}`, `{message}`, `{fields}`, plain text, or HTML, of which only the title counts. */
export function parseErrorBody(body: string, contentType: string | undefined): ErrorAnswer {
  if (body.trim() === "") return nothing;
  if (isHtml(contentType, body)) return { ...nothing, message: htmlTitle(body) };
  let json: unknown;
  try {
    json = parseJson(body);
  } catch {
    return { ...nothing, message: body };
  }
  if (typeof json === "string") return { ...nothing, message: json };
  const parsed = errorAnswer.safeParse(json);
  if (!parsed.success) return { ...nothing, message: body };
  const { error, message, fields, permission, reason, granted_by, detail, conflicts, request_id } = parsed.data;
  const said = error ?? message;
  const problems = fields.filter((problem) => problem !== undefined);
  return {
    message: said ?? (problems.length > 0 ? undefined : body),
    fields: problems,
    permission,
    reason,
    grantedBy: granted_by,
    detail,
    conflicts,
    requestId: request_id,
    fromPlatform: error !== undefined,
  };
}

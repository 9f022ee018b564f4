import type * as z from "zod";
import { describeIssue } from "../../yaml/describe-issue.ts";
import { quoted } from "../../yaml/quoted.ts";
import type { ManifestProblem } from "./manifest-problem.ts";
import { type CheckedManifest, isManifestKind, manifestSchemas } from "./schema/manifest.ts";

/** What came of one document: a manifest, or what is wrong with it. */
type Checked =
  | { readonly manifest: CheckedManifest; readonly problems?: never }
  | { readonly manifest?: never; readonly problems: readonly ManifestProblem[] };

/** Checks one document by itself: its kind, and every field of it. */
export function checkFields(value: unknown, index: number): Checked {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problems: [{ path: [index], message: "is no manifest: a map with apiVersion and kind" }] };
  }
  const kind: unknown = Reflect.get(value, "kind");
  if (!isManifestKind(kind)) {
    const named = typeof kind === "string" ? `${quoted(kind)} ` : "";
    const what = kind === undefined ? "is missing" : `${named}is not allowed`;
    const message = `${what}: there may be ${Object.keys(manifestSchemas).join(", ")}`;
    return { problems: [{ path: [index, "kind"], message }] };
  }
  const result = manifestSchemas[kind].safeParse(value, { reportInput: true });
  if (result.success) return { manifest: result.data };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, index)) };
}

function problemsOf(issue: z.core.$ZodIssue, index: number): readonly ManifestProblem[] {
  const path = [index, ...issue.path.filter((key) => typeof key !== "symbol")];
  if (issue.code !== "unrecognized_keys") return [{ path, message: describeIssue(issue) }];
  return issue.keys.map((key) => ({
    path: [...path, key],
    message: "is not allowed: manifests do not have this field here",
  }));
}

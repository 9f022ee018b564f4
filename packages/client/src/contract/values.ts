import * as z from "zod";

/** Lowercase hyphenated UUID. */
export const uuid = z.uuid();

/** RFC 3339 time in UTC, up to microseconds. */
export const timestamp = z.iso.datetime({ offset: true });

/** 32 hexadecimal digits, as W3C Trace Context writes them. */
export const traceId = z.string().regex(/^[\da-f]{32}$/i, "must be 32 hexadecimal digits");

/** Unicode letters, digits, `-`, `_` and `.`, not starting or ending with a dot. */
export const name = z
  .string()
  .min(1)
  .max(255)
  .regex(
    /^(?!\.)[\p{L}\p{N}\-_.]+(?<!\.)$/u,
    "must hold only letters, digits, '-', '_' and '.', and not start or end with '.'",
  );

/** An address with exactly one `@` and something on either side of it. */
export const email = z
  .string()
  .min(3)
  .max(254)
  .regex(/^[^@\s\p{Cc}]+@[^@\s\p{Cc}]+$/u, "must be an e-mail address");

/** What people see instead of a name. */
export const displayName = z.string().min(1).max(255);

/** The answer of a change that has nothing to show. */
export const done = z.object({ ok: z.literal(true) });

/** A branch name: not empty, without `..` and NUL. */
export const branchName = z
  .string()
  .min(1)
  .max(255)
  .refine((value) => !value.includes("..") && !value.includes("\0"), "must not contain '..' or NUL");

/** A branch, tag, commit SHA or other revision of a repository. */
export const gitRef = z
  .string()
  .min(1)
  .max(255)
  .refine((value) => !/\.\.|[;|$`\n\0 ]/.test(value) && !value.startsWith("-"), "is not a valid git ref");

/** A path inside a repository, without a leading slash and without `..` components. */
export const repositoryPath = z
  .string()
  .max(4096)
  .transform((value) => value.replace(/^\/+|\/+$/g, ""))
  .refine((value) => !value.includes("\0") && !value.split("/").includes(".."), "is not a valid path");

/**
 * A whole number in a query string: text on the wire, a number to both sides.
 * An empty or non-numeric value is refused rather than read as 0.
 */
export function queryInteger(min: number, max: number) {
  return z.preprocess(
    (value: number) => (typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  );
}

/** A boolean in a query string: `true` or `false`. */
export const queryBoolean = z.preprocess(
  (value: boolean) => (typeof value === "string" ? ({ true: true, false: false }[value as string] ?? value) : value),
  z.boolean(),
);

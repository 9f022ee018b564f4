import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { gitRef, queryBoolean, queryInteger, repositoryPath } from "./values.ts";

const ref = gitRef.default("HEAD");
export const sha = z.string().regex(/^[0-9a-f]{40}$/);
/** Git's own ISO 8601 time with the author's offset. */
const gitTime = z.string();

export const branch = z.object({
  name: z.string(),
  sha,
  updated_at: gitTime,
  is_default: z.boolean().optional(),
});

export const treeEntry = z.object({
  /** The last component of the path. */
  name: z.string(),
  /** The whole path from the root of the repository. */
  path: z.string().optional(),
  /** `commit` is a submodule. A symbolic link is a `blob` of mode 120000. */
  entry_type: z.enum(["blob", "tree", "commit"]),
  mode: z.string(),
  /** Bytes; null for what is not a file. */
  size: z.int().nullable(),
  sha,
});

export const blob = z.object({
  path: z.string(),
  /** Bytes of the whole file. */
  size: z.int(),
  content: z.string(),
  /** `base64` for what is not valid UTF-8 text. */
  encoding: z.enum(["utf-8", "base64"]),
  /** True when `content` is not all that was asked for, for its size. */
  truncated: z.boolean().optional(),
  /** The first line in `content`, counted from 1; absent for base64. */
  from_line: z.int().optional(),
  /** The last line in `content`; `from_line - 1` when there is none. */
  to_line: z.int().optional(),
  /** Lines in the whole file. */
  total_lines: z.int().optional(),
});

export const commit = z.object({
  sha,
  /** The subject line alone. */
  message: z.string(),
  author_name: z.string(),
  author_email: z.string(),
  authored_at: gitTime,
  committer_name: z.string(),
  committer_email: z.string(),
  committed_at: gitTime,
});

export const searchMatch = z.object({
  path: z.string(),
  line_number: z.int(),
  /** The matching line, cut at 500 characters. */
  line: z.string(),
});

export const changedFile = z.object({
  path: z.string(),
  /** The path before a rename or copy. */
  previous_path: z.string().nullable(),
  status: z.enum(["added", "modified", "deleted", "renamed", "copied", "type_changed"]),
  /** Lines; null for binary files. */
  additions: z.int().nullable(),
  deletions: z.int().nullable(),
});

export const listBranches = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/branches",
  summary: "List branches, the default branch first, then the most recently updated",
  permission: "project:read",
  query: page,
  response: z.array(branch),
});

export const listTree = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/tree",
  summary: "List the entries of a directory",
  permission: "project:read",
  query: z.object({
    ref,
    path: repositoryPath.default(""),
    /** How many levels below `path`; 1 is the directory itself. */
    depth: queryInteger(1, 20).default(1),
    limit: queryInteger(0, 10_000).default(10_000),
    offset: queryInteger(0, Number.MAX_SAFE_INTEGER).default(0),
  }),
  response: z.array(treeEntry),
});

export const getBlob = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/blob",
  summary: "Read a file, or a range of its lines; at most 1 MiB an answer",
  permission: "project:read",
  query: z.object({
    ref,
    path: repositoryPath.pipe(z.string().min(1)),
    from_line: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
    to_line: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
  }),
  response: blob,
});

export const listCommits = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/commits",
  summary: "List the commits reachable from a ref, newest first",
  permission: "project:read",
  query: z.object({
    ref,
    /** Only commits that touch this path. */
    path: repositoryPath.optional(),
    limit: queryInteger(0, Number.MAX_SAFE_INTEGER)
      .default(20)
      .transform((limit) => Math.min(Math.max(limit, 1), 100)),
    offset: queryInteger(0, Number.MAX_SAFE_INTEGER).default(0),
  }),
  response: z.array(commit),
});

export const searchCode = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/search",
  summary: "Find lines of text files at a ref, by fixed string or POSIX extended regular expression",
  permission: "project:read",
  rate: "expensive",
  query: z.object({
    q: z
      .string()
      .min(1)
      .max(1000)
      .refine((value) => !/[\0\n]/.test(value), "must be one line"),
    ref,
    path: repositoryPath.optional(),
    regex: queryBoolean.default(false),
    ignore_case: queryBoolean.default(false),
    limit: page.shape.limit,
    offset: page.shape.offset,
  }),
  response: z.object({
    items: z.array(searchMatch),
    total: z.int(),
    /** True when there are more matches than were counted. */
    total_is_minimum: z.boolean(),
  }),
});

/** What part of a diff is asked for. */
export const diffQuery = z.object({
  /** Only this file or directory. */
  path: repositoryPath.optional(),
  /** Bytes of patch at most; 0 for none. */
  patch_limit: queryInteger(0, 1_048_576).default(262_144),
});

/** What changed between two commits. */
export const diff = z.object({
  files: z.array(changedFile),
  /** Changed files in all; `files` holds at most 3,000. */
  total_files: z.int(),
  additions: z.int(),
  deletions: z.int(),
  patch: z.string(),
  patch_truncated: z.boolean(),
});

export const compareRefs = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/compare",
  summary: "What `head` changed since it left `base`: files with counts, and the patch",
  permission: "project:read",
  rate: "expensive",
  query: z.object({ base: gitRef, head: gitRef, ...diffQuery.shape }),
  response: z.object({
    base_sha: sha,
    head_sha: sha,
    /** Where the two histories parted; null when they share none, and then `base` itself is compared. */
    merge_base_sha: sha.nullable(),
    /** Commits on `head` that are not on `base`. */
    ahead_by: z.int(),
    behind_by: z.int(),
    ...diff.shape,
  }),
});

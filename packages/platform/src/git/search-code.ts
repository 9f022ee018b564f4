import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { invalid, notFound, Problem } from "../problem.ts";
import { gitOutput } from "./git.ts";
import { GitError } from "./git-error.ts";
import { grepMatches } from "./grep-matches.ts";
import type { Repository } from "./repository.ts";
import { isUnborn, resolveCommit } from "./resolve-commit.ts";
import { treePath } from "./tree-path.ts";

type Query = QueryOf<typeof git.searchCode>;
type Answer = ResponseOf<typeof git.searchCode>;

/** Matches that are counted at most. */
const countLimit = 10_000;
/** Characters of a line that are shown. */
const lineLimit = 500;
const regexTimeout = 2_000;
const fixedTimeout = 10_000;
/** KiB: compiling nested repetitions takes memory without bound. */
const regexMemory = 1_048_576;

/** What the caller of a search that failed is told. */
function searchProblem(error: unknown, query: Query): unknown {
  if (error instanceof Problem && error.status === 503) {
    return query.regex ? invalid("q", "the regular expression took too long; make it simpler or give a path") : error;
  }
  const reason =
    error instanceof GitError && /^fatal: (?:-e option|command line), .*': (.*)$/ms.exec(error.stderr)?.[1];
  if (reason && query.regex) return invalid("q", `is not a valid regular expression: ${reason}`);
  return error;
}

/**
 * Finds lines of text files, in the order of paths and lines. A regular expression is given 2 s, and `Problem` 400
 * when that is not enough or it is invalid; a fixed string 10 s. Throws `Problem` 404 for an unknown ref.
 */
export async function searchCode(repository: Repository, query: Query, signal?: AbortSignal): Promise<Answer> {
  const path = treePath(query.path ?? "");
  const commit = await resolveCommit(repository, query.ref, signal);
  const answer: Answer = { items: [], total: 0, total_is_minimum: false };
  if (commit === undefined) {
    if (await isUnborn(repository, query.ref, signal)) return answer;
    throw notFound("commit");
  }
  const kind = query.regex ? "--extended-regexp" : "--fixed-strings";
  const flags = ["-n", "-z", "-I", "--no-color", "--no-recurse-submodules", kind];
  if (query.ignore_case) flags.push("--ignore-case");
  const args = ["--literal-pathspecs", "grep", ...flags, "-e", query.q, commit, "--", ...(path ? [path] : [])];
  const limits = query.regex ? { timeout: regexTimeout, memoryLimit: regexMemory } : { timeout: fixedTimeout };
  try {
    const output = gitOutput(args, { repository, signal, ...limits });
    for await (const { name, lineNumber, line } of grepMatches(output, lineLimit * 4)) {
      if (answer.total === countLimit) {
        answer.total_is_minimum = true;
        break;
      }
      if (answer.total++ < query.offset || answer.items.length >= query.limit) continue;
      answer.items.push({
        path: name.slice(commit.length + 1),
        line_number: lineNumber,
        line: Array.from(line).slice(0, lineLimit).join(""),
      });
    }
  } catch (error) {
    // 1 says that nothing matched.
    if (error instanceof GitError && error.code === 1) return answer;
    throw searchProblem(error, query);
  }
  return answer;
}

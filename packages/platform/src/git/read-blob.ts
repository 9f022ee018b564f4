import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { invalid, notFound } from "../problem.ts";
import { gitOutput } from "./git.ts";
import { LineSelection } from "./line-selection.ts";
import { findObjects } from "./objects.ts";
import type { Repository } from "./repository.ts";
import { resolveCommit } from "./resolve-commit.ts";
import { treePath } from "./tree-path.ts";
import { isText, withoutPartialCharacter } from "./utf8.ts";

/** Bytes of content at most in one answer. */
const contentLimit = 1_048_576;
/** Bytes at the start of a file that decide at once that it is binary. */
const sniffed = 65_536;

/** Collects the first bytes of a stream. */
class Head {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  add(chunk: Buffer): void {
    if (this.full) return;
    this.#chunks.push(chunk.subarray(0, contentLimit - this.#size));
    this.#size = Math.min(contentLimit, this.#size + chunk.length);
  }

  get full(): boolean {
    return this.#size === contentLimit;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Whether the start of a file of `size` bytes is text, as far as it can be told. */
function startsAsText(head: Head, size: number): boolean {
  const start = head.bytes.subarray(0, sniffed);
  return isText(start.length < size ? withoutPartialCharacter(start) : start);
}

/**
 * Reads a file, or a range of its lines. What a symbolic link holds is its target. Lines end with LF; what follows the
 * last LF is a line too. A file is binary, and comes as base64 from its start, when its first 64 KiB or what was asked
 * for holds NUL or is not UTF-8. Throws `Problem` 404 when there is no such file, 400 for a range that is none.
 */
export async function readBlob(
  repository: Repository,
  query: QueryOf<typeof git.getBlob>,
  signal?: AbortSignal,
): Promise<ResponseOf<typeof git.getBlob>> {
  const fromLine = query.from_line ?? 1;
  const toLine = query.to_line ?? Number.POSITIVE_INFINITY;
  if (toLine < fromLine) throw invalid("to_line", "must not be less than from_line");
  const path = treePath(query.path);
  const commit = await resolveCommit(repository, query.ref, signal);
  const [object] = commit === undefined ? [] : await findObjects(repository, [`${commit}:${path}`], signal);
  if (object?.type !== "blob") throw notFound("blob");

  const { size } = object;
  const head = new Head();
  const lines = new LineSelection(fromLine, toLine, contentLimit);
  let text = true;
  let sniffing = true;
  for await (const chunk of gitOutput(["cat-file", "blob", object.sha], { repository, signal })) {
    head.add(chunk);
    if (text) lines.add(chunk);
    if (sniffing && head.size >= Math.min(sniffed, size)) {
      sniffing = false;
      text = startsAsText(head, size);
    }
    if (!text && head.full) break;
  }
  const selection = lines.finish();
  if (!text || !isText(selection.content)) {
    const content = head.bytes.toString("base64");
    return { path, size, content, encoding: "base64", truncated: size > contentLimit };
  }
  return {
    path,
    size,
    content: selection.content.toString("utf8"),
    encoding: "utf-8",
    truncated: selection.truncated,
    from_line: fromLine,
    to_line: selection.toLine,
    total_lines: selection.totalLines,
  };
}

/** A keyword, as a word of its own, and the number of an issue. */
const reference =
  /(?<![\p{L}\p{N}_-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+#([1-9]\d{0,9})(?![\p{L}\p{N}_-])/giu;
/** The line that begins a code fence: what stands after backticks holds none. */
const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const largestNumber = 2_147_483_647;

/**
 * The numbers of the issues that a text says it closes: `closes #3`, `Fixes: #4` or `resolved #5`, each once and in
 * the order in which they appear. What stands in code, fenced or between backticks, is no statement of the author's.
 * Takes time in proportion to the text, whatever it holds.
 */
export function closingReferences(text: string): number[] {
  const found = paragraphsOf(text)
    .flatMap((paragraph) => [...withoutCodeSpans(paragraph).matchAll(reference)])
    .map(([, digits]) => Number(digits))
    .filter((number) => number <= largestNumber);
  return [...new Set(found)];
}

/** Lines between empty ones, without those in code fences. A fence that is not closed goes on to the end. */
function paragraphsOf(text: string): string[] {
  const paragraphs: string[] = [];
  let lines: string[] = [];
  const end = () => {
    if (lines.length > 0) paragraphs.push(lines.join("\n"));
    lines = [];
  };
  let opened = "";
  for (const line of text.split(/\r\n?|\n/)) {
    if (opened !== "") {
      if (closes(line, opened)) opened = "";
      continue;
    }
    opened = fence.exec(line)?.[1] ?? "";
    if (opened !== "" || line.trim() === "") end();
    else lines.push(line);
  }
  end();
  return paragraphs;
}

/** A line of the same marks and nothing else, as many as at the beginning or more. */
function closes(line: string, opened: string): boolean {
  const marks = /^ {0,3}(`+|~+)[ \t]*$/.exec(line)?.[1] ?? "";
  return marks.startsWith(opened);
}

/** A code span ends at the next run of as many backticks as began it; a run without one is only backticks. */
function withoutCodeSpans(paragraph: string): string {
  const runs = [...paragraph.matchAll(/`+/g)].map(({ 0: { length }, index }) => ({ length, index }));
  // The next run of the same length, for each: found from the end, so that nothing is searched twice.
  const nextOfLength = new Map<number, number>();
  const partners = runs
    .map((_, back) => runs.length - 1 - back)
    .map((at) => {
      const length = runs[at]?.length ?? 0;
      const partner = nextOfLength.get(length);
      nextOfLength.set(length, at);
      return partner;
    })
    .reverse();
  let kept = "";
  let from = 0;
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at];
    const partner = partners[at];
    const end = partner === undefined ? undefined : runs[partner];
    if (run === undefined || partner === undefined || end === undefined) continue;
    // A mark in its place: what stands before and after is not one word.
    kept += `${paragraph.slice(from, run.index)}\``;
    from = end.index + end.length;
    at = partner;
  }
  return kept + paragraph.slice(from);
}

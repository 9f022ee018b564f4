/** Targets of the links that stay in the repository, in the order of the text. */
export function linksOf(text: string): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)];
  return targets
    .map(([, inline, reference]) => inline ?? reference ?? "")
    .filter((target) => !/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(target));
}

/** What stands in code: each span, and each line of a block. */
export function codeOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const rest = text.replace(/^```[^\n]*\n[\s\S]*?^```/gm, "");
  const indented = rest.split("\n").filter((line) => /^ {4}/.test(line));
  const spans = [...rest.replace(/^ {4}.*$/gm, "").matchAll(/(`+)([^`]+)\1/g)].map(([, , span = ""]) => span);
  return [...spans, ...indented, ...fenced]
    .map((code) => code.replace(/\s+/g, " ").trim())
    .filter((code) => code !== "");
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```/gm, "").replace(/^ {4}.*$/gm, "");
}

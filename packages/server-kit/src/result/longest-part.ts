/** The longest beginning or end of a text that `fits`, never through a surrogate pair; empty when none does. */
export function longestPart(text: string, keep: "head" | "tail", fits: (part: string) => boolean): string {
  let most = 0;
  // What fits is found by halving: a part of what fits always fits.
  for (let tooMany = text.length + 1; tooMany - most > 1; ) {
    const length = (most + tooMany) >> 1;
    if (fits(partOf(text, keep, length))) most = length;
    else tooMany = length;
  }
  return partOf(text, keep, most);
}

function partOf(text: string, keep: "head" | "tail", length: number): string {
  if (keep === "head") return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
  return text.slice(text.length - length).replace(/^[\udc00-\udfff]/, "");
}

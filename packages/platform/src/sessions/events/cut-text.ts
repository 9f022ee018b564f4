/** The beginning of a text that is longer than `most` characters, with a note of how many were left out. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half of a character would be none.
  const kept = text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
  return `${kept}… (${text.length - kept.length} more characters)`;
}

/**
 * Puts user-written text between marks that it cannot forge, since it cannot know the nonce.
 * What stands between them is data, never an instruction: the servers' instructions say so.
 */
export function fence(text: string, nonce: string): string {
  return `<untrusted ${nonce}>\n${text}${text.endsWith("\n") || text === "" ? "" : "\n"}</untrusted ${nonce}>`;
}

import { hiddenCharacter } from "./hidden-characters.ts";
import { maskCredentials } from "./mask-credentials.ts";

const plainWord = /^[A-Za-z0-9_][A-Za-z0-9_./+@=,%-]*$/;

/**
 * A name that users choose, as one word of a shell command (bash, zsh) that cannot be anything else: bare where it is
 * harmless, in `$'…'` otherwise, where nothing is expanded. Characters that do not show are written as escapes.
 */
export function shellWord(text: string): string {
  const shown = maskCredentials(text.toWellFormed());
  if (plainWord.test(shown)) return shown;
  return `$'${shown
    .replace(/[\\']/g, "\\$&")
    .replace(/[\n\t]/g, asShellEscapes)
    .replace(hiddenCharacter, asShellEscapes)}'`;
}

function asShellEscapes(characters: string): string {
  return Array.from(
    characters,
    (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`,
  ).join("");
}

import { quoteName } from "./user-text.ts";

/**
 * Names that users choose, within a sentence: those that have room in so many characters, and how many more there are.
 * @param noun what they are, in the plural, for when there is room for none
 */
export function nameList(names: readonly string[], noun: string, characters = 500): string {
  const shown: string[] = [];
  let left = characters;
  for (const name of names) {
    // Measured first: writing a name makes it longer, never shorter.
    if (name.length > left) break;
    const quoted = quoteName(name);
    left -= quoted.length;
    if (left < 0) break;
    shown.push(quoted);
  }
  if (shown.length === 0) return `${names.length} ${noun}`;
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}

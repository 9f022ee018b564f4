type Range = readonly [first: number, last: number, why: string];

/** Code points that show nothing, or change how others are shown, and so can hide an instruction from a human reader. */
export const hiddenCharacters: readonly Range[] = [
  [0x0000, 0x0008, "C0 controls before the tab"],
  [0x000b, 0x001f, "C0 controls after the line feed: carriage return, escape, separators"],
  [0x007f, 0x009f, "delete and the C1 controls, which terminals read as escape sequences"],
  [0x00ad, 0x00ad, "soft hyphen"],
  [0x034f, 0x034f, "combining grapheme joiner"],
  [0x061c, 0x061c, "Arabic letter mark, a bidirectional control"],
  [0x115f, 0x1160, "Hangul fillers, letters without a shape"],
  [0x17b4, 0x17b5, "Khmer inherent vowels, which show nothing"],
  [0x180b, 0x180f, "Mongolian variation selectors and vowel separator"],
  [0x200b, 0x200c, "zero-width space and non-joiner"],
  [0x200e, 0x200f, "left-to-right and right-to-left marks"],
  [0x2028, 0x2029, "line and paragraph separators, which only some programs show as a line's end"],
  [0x202a, 0x202e, "bidirectional embeddings and overrides"],
  [0x2060, 0x206f, "word joiner, invisible operators, bidirectional isolates, deprecated controls"],
  [0x2800, 0x2800, "Braille pattern without dots"],
  [0x3164, 0x3164, "Hangul filler"],
  [0xfe00, 0xfe0e, "variation selectors but the one for emoji"],
  [0xfeff, 0xfeff, "byte order mark, a zero-width space"],
  [0xffa0, 0xffa0, "halfwidth Hangul filler"],
  [0xfff0, 0xfffb, "unassigned specials and interlinear annotations"],
  [0xfffe, 0xffff, "noncharacters"],
  [0x1bca0, 0x1bca3, "shorthand format controls"],
  [0x1d173, 0x1d17a, "musical format controls"],
  [0xe0000, 0xe0fff, "tags (ASCII that does not show) and the supplementary variation selectors"],
];

const codePointEscape = (codePoint: number) => `\\u{${codePoint.toString(16)}}`;
const hidden = `[${hiddenCharacters.map(([first, last]) => `${codePointEscape(first)}-${codePointEscape(last)}`).join("")}]`;

/**
 * Two characters that shape emoji stay where they do that and nowhere else: U+FE0F after what can be an emoji, and U+200D
 * between two pictures. Elsewhere they would be as good for hiding as the rest. Scripts that join letters with U+200C
 * and U+200D lose that shaping, not their letters.
 */
const emojiStyle = "(?<!\\p{Emoji})\\u{fe0f}";
const joiner =
  "(?<!\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\p{Emoji}\\u{fe0f})\\u{200d}|\\u{200d}(?!\\p{Extended_Pictographic})";

/** Every character that must not reach a reader. */
export const hiddenCharacter = new RegExp(`${hidden}|${emojiStyle}|${joiner}`, "gu");

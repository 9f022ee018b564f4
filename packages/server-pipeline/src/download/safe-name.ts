/** Bytes of a file's name at most; file systems take 255. */
const longest = 120;

/**
 * A name for a file that can be no path, no hidden file and no device, whatever an artifact is called: letters, digits,
 * `.`, `_` and `-` stay, anything else becomes `_`.
 */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).findLast((part) => part !== "") ?? "";
  const plain = last
    .normalize("NFKC")
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[.-]+/, "_");
  // The end says what kind of file it is.
  const cut = plain.length > longest ? `${plain.slice(0, longest - 20)}_${plain.slice(-19)}` : plain;
  return cut.replace(/\.+$/, "") || "artifact";
}

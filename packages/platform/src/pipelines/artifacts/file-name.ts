import { posix } from "node:path";

interface NamedArtifact {
  readonly name: string;
  readonly path: string;
  readonly kind: "file" | "directory";
}

/**
 * The name under which an artifact is saved, of ASCII letters, digits, `-`, `_` and `.` alone, not starting with a dot:
 * its own with the extension of its path, and `.tar` for a directory.
 */
export function fileNameOf({ name, path, kind }: NamedArtifact): string {
  const extension = sanitised(kind === "directory" ? ".tar" : posix.extname(path))
    .slice(0, 20)
    .replace(/^\.$/, "");
  const base = sanitised(name).replace(/^\.+/, "").slice(0, 100);
  if (base === "") return `download${extension}`;
  return base.toLowerCase().endsWith(extension.toLowerCase()) ? base : `${base}${extension}`;
}

function sanitised(text: string): string {
  return text.replace(/[^\w.-]/g, "");
}

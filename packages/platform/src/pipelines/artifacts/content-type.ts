import mime from "mime";

/** The media type of what is kept of a path: by the name's extension, null when that says nothing. */
export function contentTypeOf(path: string, kind: "file" | "directory"): string | null {
  if (kind === "directory") return "application/x-tar";
  const type = mime.getType(path);
  return type?.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

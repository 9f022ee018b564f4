/** When a node asks the registry for an image: always for what has no fixed name, a tag `latest` or none at all. */
export function pullPolicy(image: string): "Always" | "IfNotPresent" {
  if (image.includes("@")) return "IfNotPresent";
  // A colon before the last slash is a registry's port.
  const [, tag = "latest"] = image.slice(image.lastIndexOf("/") + 1).split(":");
  return tag === "latest" ? "Always" : "IfNotPresent";
}

import { quoted } from "../../yaml/quoted.ts";
import type { YamlPath } from "../../yaml/yaml-place.ts";

/** Says which value of a file a path leads to, such as `step 'test': commands[0]`. */
export function namePlace(path: YamlPath, file: unknown): string {
  const [root, list, index, ...rest] = path;
  if (root !== "pipeline" || (list !== "steps" && list !== "artifacts") || typeof index !== "number")
    return written(path);
  const noun = list === "steps" ? "step" : "artifact";
  const name = valueAt(file, [root, list, index, "name"]);
  const item = typeof name === "string" && name !== "" ? `${noun} ${quoted(name)}` : `${noun} ${index + 1}`;
  return rest.length === 0 ? item : `${item}: ${written(rest)}`;
}

/** The value at a path; undefined when there is none. */
export function valueAt(file: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    file,
  );
}

function written(path: YamlPath): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      const name = /^\w{1,60}$/.test(key) ? key : quoted(key);
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

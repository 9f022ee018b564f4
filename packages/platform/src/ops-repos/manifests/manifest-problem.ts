import type { YamlPath } from "../../yaml/yaml-place.ts";

/** Something that is not allowed in a manifest, or wrong with it. */
export interface ManifestProblem {
  /** Where: begins with the number of the document in its file, counted from 0. */
  readonly path: YamlPath;
  /** After the words that name the place. */
  readonly message: string;
}

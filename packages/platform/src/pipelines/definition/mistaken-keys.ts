import type * as z from "zod";
import { knownKeys } from "./json-schema.ts";
import { meantKey } from "./mistaken-key.ts";

/** What the author of a key that is not known most likely meant; undefined when it is just ignored. */
export function mistakenKeys({ keys, path }: z.core.$ZodIssueUnrecognizedKeys): ReadonlyMap<string, string> {
  const known = knownKeys(path);
  return new Map(
    keys.flatMap((key) => {
      const meant = meantKey(key, known);
      return meant === undefined ? [] : [[key, meant]];
    }),
  );
}

import { storable } from "../../db/storable.ts";
import { QueryError } from "./query-error.ts";

/** A JSON object that holds no other, as far as can be seen without reading it. */
const flatObject = /^\{(?:"(?:[^"\\]|\\.)*"|[^"{}])*\}/;

const wanted = 'labels must be a JSON object of texts, numbers, true and false, such as labels:{"route":"/"}';

/** The labels at the beginning of a text, which may hold spaces, as they are written there. @throws QueryError */
export function readLabels(text: string): string {
  const [found] = flatObject.exec(text) ?? [];
  if (found === undefined || !isObjectOfScalars(found)) throw new QueryError(wanted);
  return found;
}

function isObjectOfScalars(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return false;
    // By escapes JSON can hold what no database can, and no label.
    if (JSON.stringify(storable(value)) !== JSON.stringify(value)) return false;
    return Object.values(value).every((inner) => ["string", "number", "boolean"].includes(typeof inner));
  } catch {
    return false;
  }
}

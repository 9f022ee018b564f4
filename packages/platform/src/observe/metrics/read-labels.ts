import * as z from "zod";
import { storable } from "../../db/storable.ts";
import { invalid } from "../../problem.ts";
import type { Labels } from "./series.ts";

const labels = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Labels as a query says them, a JSON object as text. @throws Problem 400 */
export function readLabels(text: string): Labels {
  const parsed = labels.safeParse(parseJson(text));
  if (!parsed.success)
    throw invalid("labels", 'must be a JSON object of texts, numbers and booleans, as {"route":"/"}');
  return storable(parsed.data);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

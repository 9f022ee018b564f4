import type { Budget } from "./budget.ts";
import { longestPart } from "./longest-part.ts";
import { asData, asText, type Part } from "./part.ts";
import { type Fields, isAbsent, type Json, toJson, toLine } from "./value.ts";

/** An entity as `key: value` lines. Values that are null or absent are left out of the text. */
export function record(fields: Fields): Part {
  return {
    render({ mode, budget }) {
      const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
      const cut: string[] = [];
      if (mode === "structured") {
        const data = entries.map(([key, value]) => [key, fitValue(key, toJson(value), budget, cut)] as const);
        return asData(Object.fromEntries(data), saying(cut));
      }
      const lines = entries
        .filter(([, value]) => !isAbsent(value))
        .map(([key, value]) => `${key}: ${toLine(value, { bare: false })}`)
        .map((line) => fitLine(line, budget, cut));
      return asText(lines, saying(cut));
    },
  };
}

function saying(cut: readonly string[]): string | undefined {
  return cut.length === 0 ? undefined : `Too long to be shown whole: ${cut.join(", ")}.`;
}

function fitLine(line: string, budget: Budget, cut: string[]): string {
  if (budget.trySpend(line)) return line;
  cut.push(line.slice(0, line.indexOf(":")));
  const part = longestPart(line, "head", (text) => budget.fits(text));
  budget.spend(part);
  return part;
}

function fitValue(key: string, value: Json, budget: Budget, cut: string[]): Json {
  if (budget.trySpend(JSON.stringify({ [key]: value }))) return value;
  cut.push(key);
  if (typeof value !== "string") return null;
  const part = longestPart(value, "head", (text) => budget.fits(JSON.stringify({ [key]: text })));
  budget.spend(JSON.stringify({ [key]: part }));
  return part;
}

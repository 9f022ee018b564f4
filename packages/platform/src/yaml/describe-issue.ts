import type * as z from "zod";
import { quoted } from "./quoted.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, after the words that say which one it is. */
export function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : wrongType(issue.expected, issue.input);
    case "invalid_union":
      return wrongType("string", issue.input);
    case "too_small":
      if (issue.origin === "array") return `must have at least ${issue.minimum}`;
      return issue.origin === "string" ? "must not be empty" : `must be more than ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "array") return `has more than ${issue.maximum}`;
      return issue.origin === "string"
        ? `has more than ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => quoted(String(value))).join(" or ")}`;
    case "invalid_key":
      return issue.issues[0] === undefined ? "cannot be used" : describeIssue(issue.issues[0]);
    default:
      return issue.message;
  }
}

function wrongType(expected: string, input: unknown): string {
  const given = Array.isArray(input) ? "a list" : typeof input === "object" ? "a map" : `a ${typeof input}`;
  if (expected === "array") {
    return `must be a list${typeof input === "object" ? ", not a map" : ": begin each item with '- '"}`;
  }
  if (expected === "number") return `must be a number, not ${given === "a string" ? "text" : given}`;
  if (expected !== "string") return `must be a map of keys and values, not ${given === "a string" ? "text" : given}`;
  if (given === "a map") return "must be text, not a map: put it in quotes if it holds ': '";
  return `must be text, not ${given}${given === "a list" ? "" : ": put it in quotes"}`;
}

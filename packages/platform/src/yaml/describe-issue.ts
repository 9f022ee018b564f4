import type * as z from "zod";
import { quoted } from "./quoted.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, after the words that say which one it is. */
export function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : wrongType(issue.expected, issue.input);
    case "invalid_union":
      // A union either says itself what it takes, or takes text in several forms.
      return issue.message === "Invalid input" ? wrongType("string", issue.input) : issue.message;
    case "too_small":
      if (issue.origin === "array") return `must have at least ${issue.minimum}`;
      if (issue.origin === "string") return "must not be empty";
      return `must be ${issue.inclusive === true ? "at least" : "more than"} ${issue.minimum}`;
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
  const given = kindOf(input);
  if (expected === "array") {
    return `must be a list${typeof input === "object" ? ", not a map" : ": begin each item with '- '"}`;
  }
  const other = given === "a string" ? "text" : given;
  if (expected === "int" || expected === "number") {
    return typeof input === "number" ? "must be a whole number" : `must be a number, not ${other}`;
  }
  if (expected === "boolean") return `must be true or false, not ${other}`;
  if (expected !== "string") return `must be a map of keys and values, not ${other}`;
  if (given === "a map") return "must be text, not a map: put it in quotes if it holds ': '";
  return `must be text, not ${given}${given === "a list" ? "" : ": put it in quotes"}`;
}

function kindOf(input: unknown): string {
  if (input === null) return "nothing";
  if (Array.isArray(input)) return "a list";
  return typeof input === "object" ? "a map" : `a ${typeof input}`;
}

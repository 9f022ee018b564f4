import type { Target } from "./actors.ts";
import { saidPermissions } from "./expectations.ts";
import type { Need } from "./need.ts";

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a caller got, in the words of the expectations; anything that they do not know, word for word. */
export function readOutcome({ status, headers, text }: Answer, need: Need, target: Target): string {
  const body: unknown = headers.get("content-type")?.includes("json") ? JSON.parse(text) : undefined;
  if (status >= 200 && status < 300) return readSuccess(body, need, target);
  const refusal = `${status} ${text}`;
  const error = at(body, "error");
  if (status === 401 && error === "unauthorized" && headers.has("www-authenticate")) return "401";
  if (status === 403 && error === "forbidden") return `403 ${at(body, "permission")}`;
  // What is hidden says no more than what it is not.
  if (status === 404 && typeof body === "object" && `${Object.keys(body ?? {})}` === "error,request_id") {
    return `404 ${error}`;
  }
  return refusal;
}

function readSuccess(body: unknown, { who }: Need, target: Target): string {
  if (who === "lists projects") {
    const items = at(body, "items");
    const isListed = Array.isArray(items) && items.some((item) => at(item, "id") === target.id);
    return isListed ? "allowed, listed" : "allowed, not listed";
  }
  if (who === "says permissions") {
    const said = at(body, "permissions");
    return saidPermissions(strings(at(said, "global")), strings(at(said, "project")));
  }
  return "allowed";
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

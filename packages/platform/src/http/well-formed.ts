import type { FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";

/** Levels of objects and lists that a request's body may have. */
const maxDepth = 64;

interface Part {
  readonly value: unknown;
  readonly path: readonly string[];
}

/**
 * Refuses text that PostgreSQL and UTF-8 cannot hold, NUL and halves of surrogate pairs, wherever in a request it
 * stands, and bodies nested so deeply that whoever walks through them runs out of stack. @throws Problem 400
 */
export async function requireWellFormed({ params, query, body }: FastifyRequest): Promise<void> {
  const left: Part[] = [params, query, body].map((value) => ({ value, path: [] }));
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const { value, path } = part;
    if (typeof value === "string" && isIllFormed(value)) throw illFormed(path);
    if (typeof value !== "object" || value === null) continue;
    if (path.length >= maxDepth) throw new Problem(400, "the body is nested too deeply");
    for (const [name, inner] of Object.entries(value)) {
      if (isIllFormed(name)) throw illFormed(path);
      left.push({ value: inner, path: [...path, name] });
    }
  }
}

function isIllFormed(text: string): boolean {
  return text.includes("\0") || !text.isWellFormed();
}

function illFormed(path: readonly string[]): Problem {
  const message = "must not hold NUL or half of a surrogate pair";
  return new Problem(400, "validation error", { fields: [{ path: path.join("."), message }] });
}

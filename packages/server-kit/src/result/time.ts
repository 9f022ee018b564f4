/** A time of the platform to the second: what is left out of it, nobody asks for. Null where there is none. */
export function time(timestamp: string | null | undefined): string | null {
  return timestamp?.replace(/\.\d+(?=Z|[+-])/, "") ?? null;
}

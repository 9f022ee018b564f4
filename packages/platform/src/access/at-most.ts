import { tooManyRequests } from "../problem.ts";

/**
 * Lets so many run at once and refuses the rest for now. For what costs much and holds a database connection: whoever
 * asks for a great deal of it must not take them all. @throws Problem 429
 */
export function atMost(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  return async (work) => {
    if (running >= max) throw tooManyRequests(1);
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
    }
  };
}

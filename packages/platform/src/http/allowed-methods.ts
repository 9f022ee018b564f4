import type { Route } from "./route.ts";

/** The methods that a path answers to; empty when there is no such path. */
export type AllowedMethods = (path: string) => readonly string[];

/** The router only knows whether a method and a path go together: this tells a wrong method from a wrong path. */
export function allowedMethods(routes: readonly Route[]): AllowedMethods {
  const methods = new Map<string, { readonly pattern: RegExp; readonly methods: string[] }>();
  for (const { endpoint } of routes) {
    const known = methods.get(endpoint.path) ?? { pattern: patternOf(endpoint.path), methods: [] };
    known.methods.push(...(endpoint.method === "GET" ? ["GET", "HEAD"] : [endpoint.method]));
    methods.set(endpoint.path, known);
  }
  return (path) => [...methods.values()].find(({ pattern }) => pattern.test(path))?.methods ?? [];
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\{\w+\}/g, "[^/]+")}$`);
}

import { type Endpoint, type PathParameterName, pathParameters } from "@platform-mcp/client/contract";
import * as z from "zod";

/** `{name}` as the router writes it. */
export function routerPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** What the framework parses requests and answers by, and describes in the OpenAPI document. */
export function routeSchema({ path, summary, query, body, response, status, permission }: Endpoint) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as PathParameterName);
  return {
    summary,
    description:
      permission === "public"
        ? "Public."
        : permission === "authenticated"
          ? "Any valid token."
          : `Needs ${permission}.`,
    ...(names.length > 0 && {
      params: z.object(Object.fromEntries(names.map((name) => [name, pathParameters[name]]))),
    }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    ...("kind" in response ? {} : { response: { [status]: response } }),
  };
}

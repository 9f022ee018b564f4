import type { Endpoint } from "@platform-mcp/client/contract";
import type { Answer, AuthorisedRequest, Request, Route } from "./route.ts";

/**
 * Says what answers an endpoint. Parsing, authentication, authorisation, the write's transaction, errors and logs are
 * the boundary's (`register-routes.ts`): a handler holds only its rule.
 */
export function implement<E extends Endpoint>(
  endpoint: E,
  handle: (request: AuthorisedRequest<E>) => Promise<Answer<E>>,
  options: Pick<Route, "turns"> = {},
): Route {
  if (endpoint.permission === "public") throw new Error(`${endpoint.path} is public: use implementPublic`);
  return { endpoint, handle: handle as Route["handle"], ...options };
}

/** Says what answers an endpoint that anybody may call. */
export function implementPublic<E extends Endpoint>(
  endpoint: E,
  handle: (request: Request<E>) => Promise<Answer<E>>,
): Route {
  if (endpoint.permission !== "public") throw new Error(`${endpoint.path} is not public: use implement`);
  return { endpoint, handle: handle as Route["handle"] };
}

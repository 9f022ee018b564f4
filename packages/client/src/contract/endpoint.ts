import type * as z from "zod";
import type { PathParameterName, PathParameters } from "./path-parameters.ts";
import type { Permission } from "./permissions.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** A response that is plain text, streamed as it comes. */
export const text = { kind: "text" } as const;
/** A response that is raw bytes, streamed as they come. */
export const bytes = { kind: "bytes" } as const;

/** What an endpoint answers: JSON of a schema, plain text, or bytes. */
export type ResponseType = z.ZodType | typeof text | typeof bytes;

/**
 * Who may call an endpoint.
 * - `public`: anybody, without a credential.
 * - `authenticated`: any valid credential.
 * - a permission: whoever holds it where `scope` says.
 */
export type Access = "public" | "authenticated" | Permission;

/**
 * Where the permission is looked for.
 * - `project`: on the project named by `{project_id}` in the path (the default when the path has one).
 * - `global`: on the whole platform (the default otherwise).
 * - `named`: on the project that `project_id` of the query or the body names; on the whole platform without one.
 * - `each`: the endpoint answers only with the objects on which the caller holds it.
 */
export type PermissionScope = "project" | "global" | "named" | "each";

/** What a request costs the platform: each class has its own rate limit. `read` and `write` follow from the method. */
export type Rate = "read" | "write" | "expensive";

type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

/** One operation of the platform's HTTP API, as data: the client, the router, OpenAPI and the docs are made from it. */
export interface Endpoint<
  Path extends string = string,
  Query extends z.ZodObject | undefined = z.ZodObject | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
  Response extends ResponseType = ResponseType,
> {
  readonly method: Method;
  /** Path template with `{name}` parameters, each defined in `path-parameters.ts`. */
  readonly path: Path;
  readonly summary: string;
  readonly permission: Access;
  readonly scope: PermissionScope;
  readonly query: Query;
  readonly body: Body;
  readonly response: Response;
  /** The status of success. */
  readonly status: 200 | 201;
  readonly rate: Rate;
  /** The answer holds a secret that is shown once: it is not kept for a request that is repeated. */
  readonly secret: boolean;
}

interface EndpointDefinition<Path, Query, Body, Response> {
  readonly method: Method;
  readonly path: Path;
  readonly summary: string;
  readonly permission: Access;
  readonly scope?: PermissionScope;
  readonly query?: Query;
  readonly body?: Body;
  readonly response: Response;
  readonly status?: 200 | 201;
  readonly rate?: Rate;
  readonly secret?: boolean;
}

/** Defines an endpoint. Every `{name}` in the path must be a known path parameter. */
export function endpoint<
  const Path extends string,
  Response extends ResponseType,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  definition: EndpointDefinition<Path, Query, Body, Response> &
    ([NamesIn<Path>] extends [PathParameterName] ? unknown : { path: "a path parameter is not in path-parameters.ts" }),
): Endpoint<Path, Query, Body, Response> {
  const { method, path, summary, permission, query, body, response } = definition;
  const scope = definition.scope ?? (path.includes("{project_id}") ? "project" : "global");
  return {
    method,
    path,
    summary,
    permission,
    scope,
    // The type parameters default to undefined exactly when the definition leaves the key out.
    query: query as Query,
    body: body as Body,
    response,
    status: definition.status ?? 200,
    rate: definition.rate ?? (method === "GET" ? "read" : "write"),
    secret: definition.secret ?? false,
  };
}

type Simplify<T> = { [Key in keyof T]: T[Key] } & {};
type NoArgs = Record<never, never>;

/** The values of an endpoint's path parameters. */
export type PathArgs<E extends Endpoint> = Simplify<Pick<PathParameters, NamesIn<E["path"]> & PathParameterName>>;
/** What an endpoint takes, as its caller writes it: path parameters and query side by side, the body under `body`. */
export type CallArgs<E extends Endpoint> = Simplify<
  PathArgs<E> &
    (E["query"] extends z.ZodType ? z.input<E["query"]> : NoArgs) &
    (E["body"] extends z.ZodType ? { body: z.input<E["body"]> } : NoArgs)
>;
/** The parsed query of an endpoint, defaults filled in. */
export type QueryOf<E extends Endpoint> = E["query"] extends z.ZodType ? z.output<E["query"]> : NoArgs;
/** The parsed body of an endpoint. */
export type BodyOf<E extends Endpoint> = E["body"] extends z.ZodType ? z.output<E["body"]> : undefined;
/** A body as it comes, with what the answer's headers said about it. */
export interface Streamed<Chunk> extends AsyncIterable<Chunk> {
  /** A header's value by its lowercase name. */
  header(name: string): string | undefined;
}
/** What an endpoint answers: parsed JSON, or a stream for text and bytes. */
export type ResponseOf<E extends Endpoint> = E["response"] extends z.ZodType
  ? z.output<E["response"]>
  : E["response"] extends typeof text
    ? Streamed<string>
    : Streamed<Uint8Array>;

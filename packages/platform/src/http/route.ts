import type { Readable } from "node:stream";
import type { BodyOf, bytes, Endpoint, PathArgs, QueryOf, ResponseOf, text } from "@platform-mcp/client/contract";
import type { Caller } from "../access/caller.ts";
import type { AuditOrigin, AuditTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import type { ActiveProject } from "../projects/queries.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Turns } from "./turns.ts";

/** What a handler gets: a request that has been parsed and authorised. */
export interface Request<E extends Endpoint> {
  readonly params: PathArgs<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  /** A header of the request by its lowercase name; of one that came several times, the first. */
  readonly header: (name: string) => string | undefined;
  /** For a write, the transaction that the boundary commits when the handler returns. */
  readonly db: Queryable;
  /** For a write: must be told what it did. */
  readonly audit: AuditTrail;
  /** Where the request comes from, for what is recorded outside of its transaction. */
  readonly origin: Pick<AuditOrigin, "ip" | "requestId">;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Aborted when the platform begins to close: whoever waits for something new then stops waiting. */
  readonly closing: AbortSignal;
  /**
   * Looks again whether the request is allowed: for whoever answers for so long that the right may be taken meanwhile.
   * @throws Problem as it would be answered now
   */
  readonly reauthorise: () => Promise<void>;
  /** Sets a header of the answer, unless it becomes an error. */
  readonly setHeader: (name: string, value: string) => void;
}

/** A request by somebody, on the project of its path if it names one. */
export interface AuthorisedRequest<E extends Endpoint> extends Request<E> {
  readonly caller: Caller;
  readonly project: E["path"] extends `${string}{project_id}${string}` ? ActiveProject : undefined;
}

/**
 * What a handler answers: the contract's response; text as a string, or as a stream of UTF-8, and bytes as their source.
 * An error of a stream is answered as such before its first byte; after it, the connection is broken off.
 */
export type Answer<E extends Endpoint> = E["response"] extends typeof text
  ? string | Readable
  : E["response"] extends typeof bytes
    ? ByteSource
    : ResponseOf<E>;

/** An endpoint with what answers it, as the router takes it. */
export interface Route {
  readonly endpoint: Endpoint;
  /** For writes that are carried out one at a time on each project; before its transaction, a request waits its turn. */
  readonly turns?: Turns;
  /** What the boundary has checked stands in `request`; a public endpoint has neither caller nor project. */
  readonly handle: (
    request: Request<Endpoint> & { readonly caller?: Caller; readonly project?: ActiveProject },
  ) => Promise<unknown>;
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { TraceContext } from "./trace-context.ts";

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Something that takes time, in a trace. Nothing that says who a person is belongs into its attributes. */
export interface Span {
  readonly context: TraceContext;
  /** Something that is done for this. It began `msAgo` milliseconds ago, by default now. */
  child(name: string, attributes: Attributes, msAgo?: number): Span;
  end(result?: SpanResult): void;
}

export interface SpanResult {
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly failed?: boolean;
  /** For whom it was done, where that decides who may see it. It is no attribute. */
  readonly caller?: SpanCaller | undefined;
}

export interface SpanCaller {
  readonly id: string;
  readonly isAgent: boolean;
}

const current = new AsyncLocalStorage<Span>();

/** Does something, and all that follows from it, within a span. */
export function within<T>(span: Span, work: () => T): T {
  return current.run(span, work);
}

/** Whether something is under way that may have spans within. */
export function isTraced(): boolean {
  return current.getStore() !== undefined;
}

/** Begins a span within the one that is under way; undefined where there is none, which costs next to nothing. */
export function startSpan(name: string, attributes: Attributes = {}, msAgo?: number): Span | undefined {
  return current.getStore()?.child(name, attributes, msAgo);
}

/** How far an agent's output was read: in the log of which container, and up to where in it. */
export interface AgentCursor {
  readonly container: string;
  /** As `followLog` gives it. */
  readonly position: string | null;
}

/** As it is remembered; null as long as there is no place to go on from. */
export function writeCursor({ container, position }: AgentCursor): string | null {
  return position === null ? null : `${container} ${position}`;
}

/** Undefined for the beginning, and for what is none. */
export function readCursor(text: string | null): AgentCursor | undefined {
  const [, container, position] = /^([a-z-]+) (\S+)$/.exec(text ?? "") ?? [];
  return container === undefined || position === undefined ? undefined : { container, position };
}

/** A time of the platform in milliseconds since 1970, with the fractions that it has; undefined when it is none. */
export function milliseconds(timestamp: string | null | undefined): number | undefined {
  const whole = Date.parse(timestamp ?? "");
  if (Number.isNaN(whole)) return undefined;
  const beyond = /\.\d{3}(\d+)/.exec(timestamp ?? "")?.[1];
  return beyond === undefined ? whole : whole + Number(`0.${beyond}`);
}

/** So many milliseconds, as precise as anybody reads them. */
export function rounded(ms: number): number {
  const digits = Math.abs(ms) >= 100 ? 1 : Math.abs(ms) >= 10 ? 10 : 100;
  return Math.round(ms * digits) / digits;
}

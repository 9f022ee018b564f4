/** How long something took, such as `850ms`, `4.2s`, `3m07s` or `2h05m`; null where that is not known. */
export function duration(milliseconds: number | null | undefined): string | null {
  if (milliseconds === null || milliseconds === undefined || !(milliseconds >= 0)) return null;
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${Math.round(milliseconds / 100) / 10}s`;
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** Milliseconds between two times of the platform; null unless both are known. */
export function between(from: string | null | undefined, to: string | null | undefined): number | null {
  const milliseconds = Date.parse(to ?? "") - Date.parse(from ?? "");
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

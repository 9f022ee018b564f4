import { maxLabel } from "./max-label.ts";
import { suffixed } from "./suffixed.ts";

/**
 * The Kubernetes namespace in which a preview runs, or without a label the one of a project's deployments. Labels hold no
 * two dashes in a row, so that no two of them make the same name; what is cut off is told apart by enough of a hash that
 * nobody finds another name with the same one.
 */
export function namespaceOf(prefix: string, projectLabel: string, label?: string): string {
  const project = `${prefix}-${projectLabel}`;
  const whole = label === undefined ? project : `${project}--${label}`;
  return whole.length <= maxLabel ? whole : suffixed(whole, whole, { digits: 16, length: maxLabel });
}

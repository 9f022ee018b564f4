import { type Labels, labelNames } from "../names.ts";
import type { StoredObject } from "./stored.ts";

/** Whether this platform has made an object. */
export function isInstallations({ metadata: { labels } }: StoredObject, installation: string): boolean {
  return labels[labelNames.managedBy] === "platform" && labels[labelNames.installation] === installation;
}

/** Whether it is whose the labels say: not only this platform's, but this project's and workload's. */
export function isOwn({ metadata }: StoredObject, labels: Labels): boolean {
  const whose = [labelNames.managedBy, labelNames.installation, labelNames.project, labelNames.workload];
  return whose.every((name) => metadata.labels[name] === labels[name]);
}

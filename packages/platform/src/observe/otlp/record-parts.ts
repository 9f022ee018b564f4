import { shorten } from "./attribute-set.ts";
import type { Attributes, Sent } from "./model.ts";

/** Whose a record says that it is; whether it may is decided later. */
export interface Claim {
  readonly projectId: unknown;
  readonly sessionId: unknown;
}

/** What every record has of its resource and its own attributes. */
export interface RecordParts {
  readonly claim: Claim;
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>> | null;
}

const projectName = "platform.project_id";
const sessionName = "platform.session_id";
const serviceName = "service.name";

/** Puts the attributes of a record together: its own go before those of its resource. What has a column is taken out. */
export function recordParts({ resource, scope, item }: Sent<{ readonly attributes: Attributes }>): RecordParts {
  const { service, claim, named } = resourceParts(resource);
  const {
    [projectName]: projectId = claim.projectId,
    [sessionName]: sessionId = claim.sessionId,
    ...own
  } = item.attributes.values;
  const cut = resource.cut + item.attributes.cut;
  const attributes = {
    ...named,
    ...(scope !== "" && { "otel.scope.name": shorten(scope, 255) }),
    ...own,
    ...(cut !== 0 && { "platform.cut_attributes": cut }),
  };
  return {
    claim: { projectId, sessionId },
    service,
    attributes: Object.keys(attributes).length === 0 ? null : attributes,
  };
}

/**
 * The labels of a point: its own attributes, and what tells programs and their instances apart, for whom the same
 * attributes would otherwise be the same series. Whatever else is known of a resource makes no series.
 */
export function pointLabels({ resource, item }: Sent<{ readonly attributes: Attributes }>): Omit<
  RecordParts,
  "attributes"
> & {
  readonly labels: Readonly<Record<string, unknown>>;
} {
  const { service, claim, named } = resourceParts(resource);
  const instance = named["service.instance.id"];
  const {
    [projectName]: projectId = claim.projectId,
    [sessionName]: sessionId = claim.sessionId,
    ...own
  } = item.attributes.values;
  const labels = {
    service,
    ...(typeof instance === "string" && { "service.instance.id": shorten(instance, 255) }),
    ...own,
  };
  return { claim: { projectId, sessionId }, service, labels };
}

interface ResourceParts extends Pick<RecordParts, "claim" | "service"> {
  /** Its attributes but those. */
  readonly named: Readonly<Record<string, unknown>>;
}

/** Looked at once for all records of a resource. */
const known = new WeakMap<Attributes, ResourceParts>();

function resourceParts(resource: Attributes): ResourceParts {
  const before = known.get(resource);
  if (before !== undefined) return before;
  const { [serviceName]: service, [projectName]: projectId, [sessionName]: sessionId, ...named } = resource.values;
  const parts = { claim: { projectId, sessionId }, service: serviceOf(service), named };
  known.set(resource, parts);
  return parts;
}

function serviceOf(name: unknown): string {
  return typeof name === "string" && name !== "" ? shorten(name, 255) : "unknown";
}

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
  const { [serviceName]: service, ...named } = resource.values;
  const all: Record<string, unknown> = { ...named, ...(scope !== "" && { "otel.scope.name": shorten(scope, 255) }) };
  const { [projectName]: projectId, [sessionName]: sessionId, ...values } = Object.assign(all, item.attributes.values);
  const cut = resource.cut + item.attributes.cut;
  const attributes = cut === 0 ? values : { ...values, "platform.cut_attributes": cut };
  return {
    claim: { projectId, sessionId },
    service: serviceOf(service),
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
  const { [serviceName]: service, "service.instance.id": instance } = resource.values;
  const {
    [projectName]: projectId = resource.values[projectName],
    [sessionName]: sessionId = resource.values[sessionName],
    ...own
  } = item.attributes.values;
  const labels = {
    service: serviceOf(service),
    ...(instance !== undefined && { "service.instance.id": instance }),
    ...own,
  };
  return { claim: { projectId, sessionId }, service: serviceOf(service), labels };
}

function serviceOf(name: unknown): string {
  return typeof name === "string" && name !== "" ? shorten(name, 255) : "unknown";
}

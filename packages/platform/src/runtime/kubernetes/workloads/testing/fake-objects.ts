import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";
import { answer, type FakeApiServer, status } from "../../testing/fake-api-server.ts";

const texts = z.record(z.string(), z.string());

const body = z.looseObject({
  kind: z.string().default(""),
  metadata: z.looseObject({ name: z.string().default(""), labels: texts.default({}), annotations: texts.default({}) }),
});
type Body = z.output<typeof body>;

/** An object as it is kept. */
export type FakeObject = Body & { metadata: { uid: string; managedFields: object[]; generation: number } };

/**
 * Keeps objects of any kind as an API server does, as far as workloads notice: whose fields are whose is known of all that
 * was applied at once, and nothing runs.
 */
export interface FakeObjects {
  /** By their paths below the API's. */
  readonly objects: Map<string, FakeObject>;
  /** What was asked for: the verb and the resource, with its group. */
  readonly asked: Set<string>;
  /** What it refuses, by `verb resource`, with the answer's status and message. */
  readonly refusals: Map<string, readonly [number, string]>;
  /** Makes an object somebody else's to change: as an edit by kubectl does. */
  edit(path: string): void;
}

const pattern = /^\/(?:api\/v1|apis\/([a-z0-9.]+)\/v\w+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?(\/log)?$/;

/** As `verb resource.group`, which is what rights are given for. */
function rightOf(method: string | undefined, url: URL): { readonly right: string; readonly isList: boolean } {
  const { pathname, searchParams } = url;
  if (/^\/api\/v1\/namespaces(\/[^/]+)?$/.test(pathname)) {
    const isList = pathname.endsWith("/namespaces") && method === "GET";
    return { right: `${verbOf(method, isList)} namespaces`, isList };
  }
  const [, group, , plural, name, log = ""] = pattern.exec(pathname) ?? [];
  const resource = `${plural}${log}${group === undefined ? "" : `.${group}`}`;
  if (searchParams.get("watch") === "true") return { right: `watch ${resource}`, isList: false };
  const isList = method === "GET" && name === undefined;
  return { right: `${verbOf(method, isList)} ${resource}`, isList };
}

function verbOf(method: string | undefined, isList: boolean): string {
  if (isList) return "list";
  return { GET: "get", POST: "create", PATCH: "patch", DELETE: "delete" }[method ?? ""] ?? "nothing";
}

export function fakeObjects(server: FakeApiServer): FakeObjects {
  const objects = new Map<string, FakeObject>();
  const asked = new Set<string>();
  const refusals = new Map<string, readonly [number, string]>();
  let made = 0;
  const make = (sent: Body): FakeObject => ({
    ...sent,
    metadata: { ...sent.metadata, uid: `uid-${++made}`, managedFields: [], generation: 1 },
  });

  const write = async (request: IncomingMessage, response: ServerResponse, url: URL, right: string) => {
    const sent = body.parse(await json(request));
    const path = request.method === "POST" ? `${url.pathname}/${sent.metadata.name}` : url.pathname;
    const there = objects.get(path);
    if (request.method === "POST") {
      if (there !== undefined) return answer(response, 409, status("AlreadyExists"));
      objects.set(path, make(sent));
    } else if (request.headers["content-type"] === "application/merge-patch+json") {
      if (there === undefined) return answer(response, 404, status("NotFound"));
      Object.assign(there.metadata.annotations, sent.metadata.annotations);
      Object.assign(there.metadata.labels, sent.metadata.labels);
    } else {
      if (there === undefined) asked.add(right.replace("patch", "create"));
      const isOthers = there?.metadata.managedFields.some(
        (fields) => "manager" in fields && fields.manager === "kubectl",
      );
      if (isOthers && url.searchParams.get("force") !== "true") return answer(response, 409, status("Conflict"));
      const stored = there ?? make(sent);
      const annotations = { ...there?.metadata.annotations, ...sent.metadata.annotations };
      const labels = { ...there?.metadata.labels, ...sent.metadata.labels };
      const manager = url.searchParams.get("fieldManager");
      const managedFields = [{ manager, operation: "Apply", fieldsV1: fieldsOf(sent) }];
      objects.set(path, { ...sent, metadata: { ...stored.metadata, annotations, labels, managedFields } });
    }
    answer(response, 200, objects.get(path) ?? {});
  };

  server.handlers.push((request, response, url) => {
    const { right, isList } = rightOf(request.method, url);
    asked.add(right);
    const refusal = refusals.get(right);
    if (refusal !== undefined) {
      const [code, message] = refusal;
      answer(response, code, status("Refused", message));
    } else if (request.method === "POST" || request.method === "PATCH") {
      void write(request, response, url, right);
    } else if (isList) {
      const wanted = (url.searchParams.get("labelSelector") ?? "").split(",").filter((part) => part !== "");
      const items = [...objects].flatMap(([path, object]) => {
        const isThere = path.startsWith(`${url.pathname}/`) && !path.slice(url.pathname.length + 1).includes("/");
        const isSelected = wanted.every((part) => {
          const [name = "", value] = part.split("=");
          const label = object.metadata.labels[name];
          return value === undefined ? label !== undefined : label === value;
        });
        return isThere && isSelected ? [object] : [];
      });
      answer(response, 200, { items: items.length === 0 ? null : items });
    } else if (!objects.has(url.pathname)) {
      return false;
    } else {
      const found = objects.get(url.pathname) ?? {};
      if (request.method === "DELETE") {
        for (const path of objects.keys()) {
          if (path === url.pathname || path.includes(`${url.pathname.replace("/api/v1", "")}/`)) objects.delete(path);
        }
      }
      answer(response, 200, found);
    }
    return true;
  });

  return {
    objects,
    asked,
    refusals,
    edit(path) {
      const { metadata } = objects.get(path) ?? {};
      if (metadata === undefined) throw new Error(`there is no ${path}`);
      const lost = metadata.managedFields.map((fields) => ({ ...fields, fieldsV1: {} }));
      metadata.managedFields = [...lost, { manager: "kubectl", operation: "Update", time: "2026-01-01T00:00:00Z" }];
    },
  };
}

/** The names of an object's fields, as `fieldsV1` has them for what is not a list. */
function fieldsOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [`f:${name}`, fieldsOf(member)]));
}

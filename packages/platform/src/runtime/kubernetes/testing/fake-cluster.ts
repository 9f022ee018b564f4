import type { ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import type { V1ObjectMeta, V1Pod, V1Secret } from "@kubernetes/client-node";
import * as z from "zod";
import { answer, type FakeApiServer, status } from "./fake-api-server.ts";

interface Stored {
  readonly metadata: V1ObjectMeta;
}

const created = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});

/** Keeps pods and Secrets of one namespace as an API server does; nothing runs in them. */
export interface FakeCluster {
  readonly pods: Map<string, V1Pod & Stored>;
  readonly secrets: Map<string, V1Secret & Stored>;
  /** What was made and removed, in order, as `create pods NAME`. */
  readonly log: readonly string[];
  /** How many answers to the making of things are lost, though they were made. */
  loseAnswers: number;
}

export function fakeCluster(server: FakeApiServer): FakeCluster {
  const log: string[] = [];
  const cluster: FakeCluster = { pods: new Map(), secrets: new Map(), log, loseAnswers: 0 };
  const kinds: Readonly<Record<string, Map<string, Stored>>> = { pods: cluster.pods, secrets: cluster.secrets };
  const watches = new Set<ServerResponse>();
  const changed = () => {
    for (const watch of watches) watch.write("{}\n");
  };
  let made = 0;
  server.handlers.push((request, response, url) => {
    const [, kind = "", name] = /^\/api\/v1\/namespaces\/here\/(pods|secrets)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    const stored = kinds[kind];
    if (stored === undefined) return false;
    if (url.searchParams.get("watch") === "true") {
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      watches.add(response);
      response.once("close", () => watches.delete(response));
      return true;
    }
    if (request.method === "POST") {
      json(request).then((sent) => {
        const body = created.parse(sent);
        const id = body.metadata.name;
        if (stored.has(id)) return answer(response, 409, status("AlreadyExists"));
        log.push(`create ${kind} ${id}`);
        const object = { ...body, metadata: { ...body.metadata, uid: `uid-${++made}` } };
        stored.set(id, object);
        changed();
        if (cluster.loseAnswers === 0) return answer(response, 201, object);
        cluster.loseAnswers--;
        request.socket.destroy();
      });
      return true;
    }
    const found = stored.get(name ?? "");
    if (name === undefined) {
      const wanted = (url.searchParams.get("labelSelector") ?? "").split(",").map((pair) => pair.split("="));
      const items = [...stored.values()].filter(({ metadata }) =>
        wanted.every(([label = "", value]) => metadata.labels?.[label] === value),
      );
      answer(response, 200, { kind: "List", items });
    } else if (found === undefined) answer(response, 404, status("NotFound"));
    else {
      if (request.method === "DELETE") {
        log.push(`delete ${kind} ${name}`);
        stored.delete(name);
        changed();
      }
      answer(response, 200, found);
    }
    return true;
  });
  return cluster;
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Queryable } from "../db/queryable.ts";
import { admit } from "../http/admit.ts";
import { errorAnswer } from "../http/error-answer.ts";
import type { RateLimiter } from "../http/rate-limits.ts";
import { Problem } from "../problem.ts";
import { advertiseRefs, type GitService, gitServices } from "./advertise-refs.ts";
import { authoriseFetch, authorisePush, type GitRequest } from "./authorise-git.ts";
import type { Pushes } from "./push/pushes.ts";
import type { Repositories } from "./repositories.ts";
import { uploadPack } from "./upload-pack.ts";

interface Address {
  Params: { owner: string; repository: string };
  Querystring: { service?: string };
}

interface SmartHttp {
  readonly db: Queryable;
  readonly repositories: Repositories;
  readonly pushes: Pushes;
  readonly limiter: RateLimiter;
}

/** Git's protocol is not a part of the API's description. */
const schema = { hide: true };

const noCache = { "cache-control": "no-cache, max-age=0, must-revalidate", pragma: "no-cache" };

/** Milliseconds after which a push of which nothing comes any more is given up. */
const idleLimit = 10 * 60 * 1000;

/** `git clone`, `git fetch` and `git push` over HTTP, at `/{owner}/{repository}.git`. */
export function registerSmartHttp(app: FastifyInstance, { db, repositories, pushes, limiter }: SmartHttp): void {
  const gitRequest = (request: FastifyRequest<Address>, reply: FastifyReply): GitRequest => ({
    ...request.params,
    authorization: request.headers.authorization,
    admit: (caller) => admit(limiter, { request, reply, caller, rateClass: "git" }),
  });

  app.register(async (scope) => {
    // Git's bodies are streams, of any size and their own content types.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    scope.setErrorHandler(sendText);

    scope.get<Address>("/:owner/:repository/info/refs", { schema }, async (request, reply) => {
      const service = gitServices.find((name) => name === request.query.service);
      if (service === undefined) throw new Problem(403, "only smart HTTP is served: use a newer git");
      const isPush = service === "git-receive-pack";
      const project = isPush
        ? (await authorisePush(db, gitRequest(request, reply))).project
        : await authoriseFetch(db, gitRequest(request, reply));
      reply.headers({ ...noCache, "content-type": `application/x-${service}-advertisement` });
      return reply.send(advertiseRefs(repositories.of(project.id), service, { protocol: protocolOf(request) }));
    });

    scope.post<Address>("/:owner/:repository/git-upload-pack", { schema }, async (request, reply) => {
      checkContentType(request, "git-upload-pack");
      const project = await authoriseFetch(db, gitRequest(request, reply));
      const encoding = request.headers["content-encoding"];
      const options = { protocol: protocolOf(request), encoding };
      reply.headers({ ...noCache, "content-type": "application/x-git-upload-pack-result" });
      return reply.send(uploadPack(repositories.of(project.id), request.raw, options));
    });

    scope.post<Address>("/:owner/:repository/git-receive-pack", { schema }, async (request, reply) => {
      checkContentType(request, "git-receive-pack");
      const pushing = gitRequest(request, reply);
      const { project } = await authorisePush(db, pushing);
      endWhenIdle(request);
      const answer = await pushes.receive({
        repository: repositories.of(project.id),
        projectId: project.id,
        ip: request.ip,
        requestId: request.id,
        // It counts as one request, however often it is asked for whom.
        authorise: () => authorisePush(db, { ...pushing, admit: () => {} }),
        body: request.raw,
        encoding: request.headers["content-encoding"],
        protocol: protocolOf(request),
      });
      reply.headers({ ...noCache, "content-type": "application/x-git-receive-pack-result" });
      return reply.send(answer);
    });

    scope.post<Address>("/:owner/:repository/info/lfs/objects/batch", { schema }, async (_request, reply) => {
      // In the words of LFS, whose client shows the message.
      const message = "Git LFS is not offered: commit the files themselves, or keep them elsewhere";
      reply.code(501).header("content-type", "application/vnd.git-lfs+json");
      return reply.send(JSON.stringify({ message, error: message }));
    });
  });
}

function protocolOf({ headers }: FastifyRequest<Address>): string | undefined {
  const header = headers["git-protocol"];
  return typeof header === "string" ? header : undefined;
}

function checkContentType({ headers }: FastifyRequest<Address>, service: GitService): void {
  const expected = `application/x-${service}-request`;
  if (headers["content-type"] !== expected) throw new Problem(415, `the content type must be ${expected}`);
}

/** A machine that vanished without closing its connection must not hold a push for ever. */
function endWhenIdle({ raw }: FastifyRequest<Address>): void {
  raw.setTimeout(idleLimit, () => raw.destroy());
  // How long git then takes is its own affair.
  raw.once("end", () => raw.setTimeout(0));
}

/** Errors as plain text: that alone git shows to its user, line by line after `remote:`. */
function sendText(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body, headers } = errorAnswer(error);
  if (status >= 500) request.log.error({ err: error }, "request failed");
  reply
    .code(status)
    .headers({ ...headers, "content-type": "text/plain; charset=utf-8" })
    .send(`${body.detail ?? body.error}\n`);
}

import type { FastifyInstance, FastifyRequest } from "fastify";
import { permissionsOn } from "../access/authorise.ts";
import type { Queryable } from "../db/queryable.ts";
import { authenticate } from "../http/authenticate.ts";
import { notFound, Problem } from "../problem.ts";
import { findProjectByName } from "../projects/queries.ts";
import type { Repositories } from "./repositories.ts";
import type { Repository } from "./repository.ts";
import { advertiseRefs, uploadPack } from "./upload-pack.ts";

interface Address {
  Params: { owner: string; repository: string };
  Querystring: { service?: string };
}

/** Git's protocol is not a part of the API's description. */
const schema = { hide: true };

const noCache = { "cache-control": "no-cache, max-age=0, must-revalidate", pragma: "no-cache" };

/** `git clone` and `git fetch` over HTTP, at `/{owner}/{repository}.git`. */
export function registerSmartHttp(app: FastifyInstance, db: Queryable, repositories: Repositories): void {
  app.register(async (scope) => {
    // Git's bodies are streams, of any size and their own content types.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));

    scope.get<Address>("/:owner/:repository/info/refs", { schema }, async (request, reply) => {
      const { service } = request.query;
      if (service === "git-receive-pack") throw new Problem(403, "this platform does not accept pushes yet");
      if (service !== "git-upload-pack") throw new Problem(403, "only smart HTTP is served: use a newer git");
      const repository = await readableRepository(request, db, repositories);
      reply.headers({ ...noCache, "content-type": "application/x-git-upload-pack-advertisement" });
      return reply.send(advertiseRefs(repository, service, { protocol: protocolOf(request) }));
    });

    scope.post<Address>("/:owner/:repository/git-upload-pack", { schema }, async (request, reply) => {
      if (request.headers["content-type"] !== "application/x-git-upload-pack-request") {
        throw new Problem(415, "the content type must be application/x-git-upload-pack-request");
      }
      const repository = await readableRepository(request, db, repositories);
      reply.headers({ ...noCache, "content-type": "application/x-git-upload-pack-result" });
      const encoding = request.headers["content-encoding"];
      return reply.send(uploadPack(repository, request.raw, { protocol: protocolOf(request), encoding }));
    });

    scope.post<Address>("/:owner/:repository/info/lfs/objects/batch", { schema }, async () => {
      throw new Problem(501, "Git LFS is not offered: commit the files themselves, or keep them elsewhere");
    });
  });
}

function protocolOf({ headers }: FastifyRequest<Address>): string | undefined {
  const header = headers["git-protocol"];
  return typeof header === "string" ? header : undefined;
}

/**
 * The repository, for who may read it: anybody if the project is public. Strangers without a credential are asked for
 * one, so that git asks its user; everybody else learns only that there is nothing here.
 */
async function readableRepository(
  request: FastifyRequest<Address>,
  db: Queryable,
  repositories: Repositories,
): Promise<Repository> {
  const { owner, repository } = request.params;
  const project = await findProjectByName(db, owner, repository.replace(/\.git$/, ""));
  const { authorization } = request.headers;
  if (authorization === undefined) {
    if (project?.visibility === "public") return repositories.of(project.id);
    throw unauthorized();
  }
  const caller = await authenticate(db, authorization);
  if (caller === undefined) throw unauthorized();
  if (project === undefined || !(await permissionsOn(db, caller, project)).has("project:read")) {
    throw notFound("repository");
  }
  return repositories.of(project.id);
}

function unauthorized(): Problem {
  return new Problem(401, "unauthorized", { headers: { "www-authenticate": 'Basic realm="platform"' } });
}

import Fastify from "fastify";
import pg from "pg";

// As many connections as the platform has; where to is in its environment.
const pool = new pg.Pool({ max: 20 });
const app = Fastify();

interface ProjectRequest {
  Params: { id: string };
  Body: { description: string };
}

app.get<ProjectRequest>("/api/projects/:id", async ({ params }) => {
  const { rows } = await pool.query(
    `select projects.*, owner.name as owner_name
     from projects join users as owner on owner.id = projects.owner_id
     where projects.is_active and projects.id = $1`,
    [params.id],
  );
  return rows[0] ?? {};
});

app.patch<ProjectRequest>("/api/projects/:id", async ({ params, body }) => {
  const { rows } = await pool.query(
    `update projects set description = $2
     from users as owner
     where owner.id = projects.owner_id and projects.is_active and projects.id = $1
     returning projects.*, owner.name as owner_name`,
    [params.id, body.description],
  );
  return rows[0] ?? {};
});

process.stdout.write(`${await app.listen({ host: "127.0.0.1", port: 0 })}\n`);

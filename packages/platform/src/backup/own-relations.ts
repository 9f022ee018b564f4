/**
 * Condition on `pg_class`: what is in the connection's schema and of no extension, whose tables an administrator of the
 * server may have put there.
 */
export const ownRelations = `
  relnamespace = current_schema()::regnamespace and not exists (
    select from pg_depend
    where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'
  )`;

import { createRequire } from "node:module";
import "../index.ts";

/** Says whether importing the package has loaded the HTTP library, which costs more than all the rest of a start. */
const path = createRequire(import.meta.url).resolve("undici");
process.stdout.write(`undici: ${path in createRequire(import.meta.url).cache}\n`);

import { createApp } from "./src/app.js";
import { Greetings } from "./src/greetings.js";

const greetings = new Greetings();
greetings.add({ name: "hello-web", text: "Welcome! Leave a greeting." });

const server = createApp(greetings);

server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on http://localhost:${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.log(`${signal}: finishing the requests in flight`);
    server.close();
    server.closeIdleConnections();
  });
}

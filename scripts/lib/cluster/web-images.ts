import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildFrom } from "../image/base-images.ts";
import type { Engine } from "../image/engine.ts";

/** Two that serve, one that ends at once, and one that answers that it is not well. */
export const webTags = ["one", "two", "crash", "unready"] as const;

/** Says which image it is, and for what it runs; is not well any more once somebody has asked for `/break`. */
const program = `import os, socket, sys

says = os.environ["SAYS"]
print("this is", says, flush=True)
if says == "crash":
    print("there is no database with", os.environ.get("DATABASE_KEY", "no key"), flush=True)
    sys.exit(3)
bad = "500 Internal Server Error"
status = bad if says == "unready" else "200 OK"
names = ["PLATFORM_ENVIRONMENT", "BRANCH", "COMMIT_SHA"]
body = " ".join([says] + [os.environ.get(name, "-") for name in names]).encode()
server = socket.create_server(("", int(os.environ["PORT"])))
while True:
    connection, _ = server.accept()
    asked = connection.recv(65536)
    status = bad if asked.startswith(b"GET /break ") else status
    head = f"HTTP/1.1 {status}\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n"
    connection.sendall(head.encode() + body)
    connection.close()
`;

/** It need not be asked to end. */
const file = (python: string, tag: string) =>
  `FROM ${python}\nENV SAYS=${tag}\nCOPY web.py /web.py\nSTOPSIGNAL SIGKILL\nCMD ["python3", "/web.py"]\n`;

/** Images of web servers, as users deploy them; gives their name without a tag. */
export async function webImages(engine: Engine, python: string, directory: string): Promise<string> {
  const name = "platform-test/web";
  for (const tag of webTags) {
    await buildFrom(engine, join(directory, tag), `${name}:${tag}`, file(python, tag), (context) =>
      writeFile(join(context, "web.py"), program),
    );
  }
  return name;
}

import { parseArgs } from "node:util";
import { HostChanges } from "./lib/host/host-changes.ts";
import { NotPossible } from "./lib/host/not-possible.ts";
import { baseImages } from "./lib/image/base-images.ts";
import { buildImage, buildPlatformImage } from "./lib/image/build-image.ts";
import { type Engine, knownEngine, startEngine } from "./lib/image/engine.ts";
import { show } from "./lib/image/host.ts";
import { otherImages } from "./lib/image/other-images.ts";

const usage = `test:image: builds the images of the runner and of the platform, and runs them

  npx --yes pnpm@12.21.0 test:image [--host-changes] [--required]

Uses the container engine that answers here. Where there is none, it is installed with apt and started for the time of
the test only when CI is set or --host-changes is given; otherwise nothing is run, and that is said.

  --required  fails where nothing can be run, instead of saying why
`;

const tag = "platform-claude-runner:test";
const platformTag = "platform:test";

const { values } = parseArgs({
  options: {
    "host-changes": { type: "boolean", default: false },
    required: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

async function run(): Promise<void> {
  const mayChangeHost = values["host-changes"] || Boolean(process.env.CI);
  const known = await knownEngine();
  if (known === undefined && !mayChangeHost) {
    throw new NotPossible("no container engine answers here; --host-changes installs and starts one");
  }
  await using changes = new HostChanges();
  const directory = await changes.directory("platform-image-");
  const engine = known ?? (await ownEngine(directory, changes));
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const bases = await baseImages(engine, directory, say);
  say(`building ${tag} from ${bases.debian}`);
  await buildImage({ engine, bases, tag });
  say(`building ${platformTag} from ${bases.node}`);
  await buildPlatformImage({ engine, bases, tag: platformTag });
  say("building images that know nothing of agents");
  const others = await otherImages(engine, bases, directory);
  const env = {
    ...engine.env,
    IMAGE: tag,
    PLATFORM_IMAGE: platformTag,
    OTHER_IMAGES: JSON.stringify(others),
    DOCKER: engine.docker,
  };
  await show("vitest", ["run", "--project", "image"], env);
}

/** @throws NotPossible where none can be started, as in most containers */
async function ownEngine(directory: string, changes: HostChanges): Promise<Engine> {
  try {
    return await startEngine(directory, changes);
  } catch (error) {
    throw error instanceof NotPossible ? error : new NotPossible(error instanceof Error ? error.message : `${error}`);
  }
}

if (values.help) process.stdout.write(usage);
else {
  await run().catch((error: unknown) => {
    if (error instanceof NotPossible && !values.required) {
      process.stdout.write(`not run: ${error.message}\n`);
      return;
    }
    process.stderr.write(`test:image: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}

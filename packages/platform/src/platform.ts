import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { ensureAdminPassword } from "./access/admin-password.ts";
import { createApp } from "./app.ts";
import type { PlatformConfig } from "./config.ts";
import type { Queryable } from "./db/queryable.ts";
import { openWakeups } from "./db/wakeups.ts";
import { startDeployments } from "./deployments/start-deployments.ts";
import { hooksDirectoryOf } from "./git/push/hooks-directory.ts";
import { Pushes } from "./git/push/pushes.ts";
import type { Repositories } from "./git/repositories.ts";
import { startUpkeep } from "./git/upkeep/start-upkeep.ts";
import { startSweep } from "./idempotency/start-sweep.ts";
import { valuesIn } from "./observe/alerts/read-value.ts";
import { startAlerts } from "./observe/alerts/start-alerts.ts";
import { countLogs } from "./observe/own/count-logs.ts";
import type { LogTap } from "./observe/own/log-tap.ts";
import { ownTelemetry } from "./observe/own/own-telemetry.ts";
import { startOwnTelemetry } from "./observe/own/start-own-telemetry.ts";
import { workloadSource } from "./observe/own/workload-source.ts";
import { readRetention } from "./observe/store/retention.ts";
import { startTelemetryUpkeep } from "./observe/store/start-upkeep.ts";
import { createTelemetryWriter } from "./observe/store/telemetry-writer.ts";
import { manifestsOf } from "./ops-repos/manifests-of.ts";
import { usualLimits } from "./ops-repos/sync/fetch-commit.ts";
import { Snapshots } from "./ops-repos/sync/snapshots.ts";
import { startSyncing } from "./ops-repos/sync/start-syncing.ts";
import { Outbound } from "./outbound/outbound.ts";
import { createArtifactStore } from "./pipelines/artifacts/artifact-store.ts";
import { fileBlobsIn } from "./pipelines/artifacts/file-blobs.ts";
import { logStoreIn } from "./pipelines/logs/log-store.ts";
import { startPipelines } from "./pipelines/start-pipelines.ts";
import { startSweeping } from "./pipelines/start-sweeping.ts";
import { makePrivate } from "./private-files.ts";
import { createRuntime, urlInside } from "./runtime/create-runtime.ts";
import { assertTrusted } from "./runtime/local/assert-trusted.ts";
import type { Runtime } from "./runtime/runtime.ts";
import type { WorkloadPlan, Workloads } from "./runtime/workload.ts";
import { noteServing } from "./serving.ts";
import { EventFeed } from "./sessions/events/event-feed.ts";
import { startSessions } from "./sessions/start-sessions.ts";
import { defaultSettings } from "./settings/default-settings.ts";
import { openStore, type Store } from "./store.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { traceQuery } from "./telemetry/trace-query.ts";
import { openTracing } from "./telemetry/tracing.ts";
import { UserError } from "./user-error.ts";
import { version } from "./version.ts";
import { startWebhooks } from "./webhooks/start-webhooks.ts";
import { startWorkloads, type WorkloadsOptions } from "./workloads/start-workloads.ts";
import { workloadLogs } from "./workloads/workload-logs.ts";

/** A platform that serves. */
export interface Platform {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly db: Queryable;
  readonly repositories: Repositories;
  /** Answers what is under way, then closes the database; leaves no process. */
  close(): Promise<void>;
}

/** What is not of a platform's configuration: what tests change of it, and what hears its log. */
export interface PlatformInternals {
  /** How long the claim on a step or session lasts unless it is extended, in milliseconds; 30,000. */
  readonly lease?: number;
  /** What keeps deployments and previews running, in place of the runtime's own. */
  readonly workloads?: Workloads;
  /** Hears the platform's own log, whose warnings and errors are then among those that it keeps. */
  readonly logTap?: LogTap;
}

/** Starts the platform and returns once it answers. @throws UserError when it cannot start; then nothing is left running. */
export async function startPlatform(
  config: PlatformConfig,
  logger: Logger,
  { lease = 30_000, workloads: given, logTap }: PlatformInternals = {},
): Promise<Platform> {
  // In a cluster, what is pushed runs elsewhere.
  if (config.kubernetes === undefined) assertTrusted(config);
  await keepPrivate(config.dataDirectory, logger);
  const { tracesEndpoint } = config;
  const external = tracesEndpoint === undefined ? undefined : await openTracing({ endpoint: tracesEndpoint, version });
  const store = await openStore(config, { mode: "owner", logger, onQuery: traceQuery });
  await tellAdminPassword(store, config, logger);
  const { db, repositories, masterKey } = store;
  const { maxPushBytes, secureCookies, rateLimits, trustProxy } = config;
  const settings = defaultSettings(config);
  const hooksDirectory = hooksDirectoryOf(config.dataDirectory);
  // Platforms on one server may share their repositories too; a data directory with its own server has one platform.
  const minimumLockAge = config.databaseUrl === undefined ? 0 : 60_000;
  const pushes = new Pushes({ db, logger, hooksDirectory, maxBytes: maxPushBytes, minimumLockAge });
  const merging = { db, logger, minimumLockAge };
  const logs = logStoreIn(config.dataDirectory);
  const blobs = fileBlobsIn(config.dataDirectory);
  const metrics = createMetrics(store.pool);
  const wakeups = openWakeups(store.pool);
  const feed = new EventFeed({ db, wakeups });
  const outbound = new Outbound({ allow: config.webhookAllow });
  const onDropped = metrics.telemetryDropped;
  const retention = () => readRetention(db, settings);
  const telemetry = countLogs(
    createTelemetryWriter({
      ...{ pool: store.pool, logger, onDropped, retention },
    }),
  );
  const own = startOwnTelemetry({ store, wakeups, writer: telemetry, onDropped, logger, external });
  const { tracing } = own;
  const disconnectLog = logTap?.connect(telemetry);
  const opsRepos = {
    ...{ db, repositories, outbound, logger, limits: usualLimits, snapshots: new Snapshots(config.dataDirectory) },
    appsDomain: config.kubernetes?.workloads.ingress?.domain,
  };
  let runtime: Runtime | undefined;
  const services = {
    ...{ repositories, version, secureCookies, masterKey, merging, logs, blobs, metrics, settings, feed },
    ...{ outbound, opsRepos, readWorkloadLogs: workloadLogs(() => runtime?.workloads) },
  };
  const app = createApp({ db, services, pushes, logger, rateLimits, trustProxy, tracing, telemetry });
  const sweep = startSweep(db, logger);
  const upkeep = startUpkeep({ db, repositories, logger, minimumLockAge });
  const sweeping = startSweeping({ db, blobs, logs, logger });
  const artifacts = createArtifactStore({ blobs, maxBytes: config.maxArtifactBytes });
  /** Beside the sessions, what works until the platform closes. */
  const working: { close(): Promise<void> }[] = [];
  let sessions: { close(): Promise<void> } | undefined;
  let forgetServing = async () => {};
  const close = async () => {
    await forgetServing();
    // Agents that end now push their work first. What is followed ends with the step or session.
    const served = (sessions?.close() ?? Promise.resolve()).finally(() => app.close());
    await Promise.all([served, ...working.map((each) => each.close())]);
    await pushes.close();
    await own.close();
    await wakeups.close();
    disconnectLog?.();
    await telemetry.close();
    await upkeep.close();
    await sweeping.close();
    await sweep.close();
    await store.close();
  };
  try {
    await app.listen({ host: config.host, port: config.port });
    // Last: a platform that cannot start after all should not have begun with a step.
    const url = urlOf(app.server.address());
    const told = ownTelemetry({ writer: telemetry, masterKey, platformUrl: urlInside(config, url) });
    forgetServing = await noteServing(config.dataDirectory, url);
    const listen = (plan: WorkloadPlan) => told.listen(workloadSource(plan));
    const created = await createRuntime({ config, db, logger, url, lease, listen });
    if (given !== undefined) await created.workloads.close();
    runtime = given === undefined ? created : { ...created, workloads: given };
    const work = { config, store, runtime, wakeups, logs, logger, lease, telemetry: told };
    working.push(await startPipelines({ ...work, artifacts }));
    sessions = await startSessions(work);
    const isAlone = config.databaseUrl === undefined;
    working.push(startWebhooks({ store, outbound, wakeups, logger, lease, isAlone }));
    const manifests: WorkloadsOptions["manifestsOf"] = (wanted, signal) => manifestsOf(opsRepos, wanted, signal);
    working.push(await startWorkloads({ ...work, manifestsOf: manifests }));
    working.push(startSyncing(opsRepos, wakeups), startDeployments(work));
    working.push(startTelemetryUpkeep({ pool: store.pool, retention, logger }));
    working.push(startAlerts({ db, readValue: valuesIn(db), logger }));
  } catch (error) {
    await close();
    throw portProblem(error, config) ?? error;
  }
  return { url: urlOf(app.server.address()), db: store.db, repositories: store.repositories, close };
}

async function keepPrivate(dataDirectory: string, logger: Logger): Promise<void> {
  for (const { path, failure } of await makePrivate(dataDirectory)) {
    if (failure === undefined) logger.warn({ path }, "its mode let other users in: made private");
    else logger.warn({ path, failure }, "its mode lets other users in, and cannot be changed");
  }
}

async function tellAdminPassword(store: Store, config: PlatformConfig, logger: Logger): Promise<void> {
  const options = { password: config.adminPassword, dataDirectory: config.dataDirectory };
  const file = await ensureAdminPassword(store.db, options).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  if (file !== undefined) logger.info({ file }, "made up a password for the user admin");
}

function portProblem(error: unknown, { host, port }: PlatformConfig): UserError | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const where = `${host}:${port}`;
  if (code === "EADDRINUSE")
    return new UserError(`port ${port} is in use by another program: stop it, or choose another port`);
  if (code === "EACCES") return new UserError(`not allowed to listen on ${where}: choose a port from 1024 up`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new UserError(`${where} is not an address of this machine`);
  return undefined;
}

function urlOf(address: string | AddressInfo | null): string {
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

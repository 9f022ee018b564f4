/**
 * What PostgreSQL is started with. On the command line, where it wins over postgresql.conf: our upgrades reach every data
 * directory, and what durability rests on cannot be switched off by an edited file.
 */
export function serverSettings(socketDirectory: string, marker: string): readonly string[] {
  const settings = {
    // A list; quotes keep a comma or space in TMPDIR from splitting it.
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    listen_addresses: "",
    port: String(SOCKET_PORT),
    // Shown in the command line of every process of this server, which is how they are told from others'.
    cluster_name: marker,
    update_process_title: "on",

    // An acknowledged commit is on disk.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    // One machine, no replicas, no archive.
    wal_level: "minimal",
    max_wal_senders: "0",
    max_logical_replication_workers: "0",
    max_wal_size: "256MB",

    // Memory and processes for a laptop that has other things to do.
    max_connections: "50",
    shared_buffers: "64MB",
    maintenance_work_mem: "64MB",
    io_method: "sync",

    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
    log_destination: "stderr",
    logging_collector: "off",
    // A failed statement may hold what users typed.
    log_min_error_statement: "panic",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Only part of the socket's file name: the server does not listen on TCP. */
export const SOCKET_PORT = 5432;

/** The one role and its database; nobody else uses this server. */
export const SUPERUSER = "platform";
export const DATABASE = "postgres";

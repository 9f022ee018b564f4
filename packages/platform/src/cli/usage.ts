/** The text of `platform --help`. */
export const usage = `platform: projects and git repositories for people and their coding agents

  platform start [--listen HOST:PORT] [--data DIR]
      Serve until Ctrl-C. Everything is kept below DIR.
  platform stop [--data DIR]
      Stop the platform that serves from DIR, and its database.
  platform import SOURCE [--name NAME] [--owner USER] [--visibility private|internal|public] [--data DIR]
      Copy a git repository into a new project. SOURCE is an https, http or ssh URL, host:path, or a local path.
  platform token create --name NAME [--user USER] [--scopes A,B] [--project OWNER/NAME] [--expires-in-days N] [--data DIR]
      Make a token and print it: it cannot be seen again. Without scopes it may do what its user may.

  DIR is .platform unless --data or PLATFORM_DATA says otherwise. Commands work while the platform serves.

Environment (empty means unset)
  PLATFORM_LISTEN     HOST:PORT to listen on (default 127.0.0.1:8080)
  PLATFORM_DATA       the directory that holds everything (default .platform)
  DATABASE_URL        a PostgreSQL server, 15 or newer, instead of the embedded one
  PLATFORM_LOG_LEVEL  trace, debug, info (default), warn, error, fatal, silent
`;

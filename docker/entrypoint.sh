#!/bin/sh
# A session's arguments are Claude Code's own; --help tells the rest.
exec node /usr/local/lib/mcp/runner.js "$@"

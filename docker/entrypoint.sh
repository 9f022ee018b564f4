#!/bin/sh
# Starts a session, in the runner's image or in another one that has this tree. A session's arguments are Claude Code's
# own; --help tells the rest.
agent=/opt/agent

# The image's own programs come first, but for a git that is too old to read a session's configuration.
case $(git --version 2>/dev/null) in
  "git version 1."* | "git version 2."[0-9].* | "git version 2."[12][0-9].* | "git version 2.3"[01].*)
    PATH=$agent/first:$PATH ;;
esac
export PATH="$PATH:$agent/bin" AGENT_TOOLS=$agent/bin

# What the image loads into its own programs may not fit the programs of this tree. The agent's commands get it back.
if [ -n "$LD_LIBRARY_PATH$LD_PRELOAD" ]; then
  export IMAGE_LD_LIBRARY_PATH="$LD_LIBRARY_PATH" IMAGE_LD_PRELOAD="$LD_PRELOAD"
  export CLAUDE_ENV_FILE=$agent/share/image-environment.sh
  unset LD_LIBRARY_PATH LD_PRELOAD
fi

# Claude Code keeps its state there.
if [ ! -w "${HOME:-/}" ]; then
  export HOME="${TMPDIR:-/tmp}/home"
  mkdir -p "$HOME"
fi

export MCP_SERVERS_DIR="${MCP_SERVERS_DIR:-$agent/mcp/servers}" DISABLE_AUTOUPDATER=1
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$agent/cache}"
exec $agent/libexec/tini -s -- $agent/libexec/node $agent/mcp/runner.js "$@"

#!/bin/sh
# In the place of Claude Code: writes down what it got, where the runner pushes it, and says that it is done.
mkdir received
head -n 1 > received/input.json
printf %s "$BRANCH" > received/branch
printf %s "$HOSTILE" > received/secret
printf '%s\n' "$@" > received/arguments
echo '{"type":"system","subtype":"init","mcp_servers":[]}'
echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"result":"done","total_cost_usd":0}'

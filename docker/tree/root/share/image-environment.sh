# Sourced by Claude Code before each of the agent's commands: what the image loads into its own programs.
[ -z "$IMAGE_LD_LIBRARY_PATH" ] || export LD_LIBRARY_PATH="$IMAGE_LD_LIBRARY_PATH"
[ -z "$IMAGE_LD_PRELOAD" ] || export LD_PRELOAD="$IMAGE_LD_PRELOAD"

# Runs setup commands one after the other; the first that fails ends it. setup.sh DIRECTORY COUNT REPORT
# DIRECTORY holds NUMBER/command and NUMBER/name, counted from 1; what has failed is written to the file REPORT.
directory=$1 count=$2 report=$3
trap 'exit 143' TERM

number=0
while [ "$number" -lt "$count" ]; do
  number=$((number + 1))
  name=$(cat "$directory/$number/name")
  printf '+ %s\n' "$name"
  # In the background, so that this shell hears a signal at once.
  sh -c "$(cat "$directory/$number/command")" </dev/null &
  wait "$!"
  code=$?
  [ "$code" -eq 0 ] && continue
  printf 'Setup command %d of %d failed with exit code %d: %s' "$number" "$count" "$code" "$name" | tee "$report"
  echo
  exit "$code"
done

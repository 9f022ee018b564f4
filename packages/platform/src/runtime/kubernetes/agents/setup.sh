# Runs setup commands one after the other; the first that fails ends it. setup.sh DIRECTORY COUNT REPORT
# DIRECTORY holds NUMBER/command and NUMBER/name, counted from 1; what has failed is written to the file REPORT.
# Of programs it needs none but /bin/sh: an image need not have others.
directory=$1 count=$2 report=$3
newline='
'
trap 'exit 143' TERM

number=0
while [ "$number" -lt "$count" ]; do
  number=$((number + 1))
  # They do not end with a newline, and count all the same.
  IFS= read -r name <"$directory/$number/name" || :
  command=
  while IFS= read -r line || [ -n "$line" ]; do
    command=$command$line$newline
  done <"$directory/$number/command"
  printf '+ %s\n' "$name"
  # In the background, so that this shell hears a signal at once.
  /bin/sh -c "$command" </dev/null &
  wait "$!"
  code=$?
  [ "$code" -eq 0 ] && continue
  said="Setup command $number of $count failed with exit code $code: $name"
  printf '%s' "$said" >"$report"
  printf '%s\n' "$said"
  exit "$code"
done

# Installs Debian packages without the services that come with some of them: what is to run is started by who needs it.
# install.sh POLICY PACKAGE...: POLICY is what Debian's packages ask whether they may start something, /usr/sbin/policy-rc.d.
policy=$1
shift

enabled() {
  systemctl list-unit-files --state=enabled --plain --no-legend 2>/dev/null | awk '{ print $1 }' || :
}

if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" || exit
fi
before=$(enabled)
apt-get install --yes --quiet=2 --no-install-recommends "$@"
code=$?
# Nor are they to start with the machine from now on.
for unit in $(enabled); do
  case "
$before
" in
    *"
$unit
"*) ;;
    *) systemctl disable --quiet "$unit" ;;
  esac
done
exit "$code"

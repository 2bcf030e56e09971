# run_child COMMAND... : runs it in its own process group, passes on the signals that this script gets, and waits until it has
# ended. A plain foreground child would not get a SIGTERM that was sent to this script alone.
run_child() {
  local child code
  set -m
  "$@" <&0 &
  child=$!
  set +m
  # shellcheck disable=SC2064 # expands now, on purpose
  trap "kill -INT -- -$child 2>/dev/null" INT
  # shellcheck disable=SC2064
  trap "kill -TERM -- -$child 2>/dev/null" TERM HUP
  while :; do
    code=0
    wait "$child" || code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  trap - INT TERM HUP
  return "$code"
}

# run_child COMMAND... : runs it in a process group of its own, hands that the signals that we get, and waits until it has
# really ended. A plain foreground child would not hear of a SIGTERM that was sent to this script alone.
run_child() {
  local child code
  set -m
  "$@" <&0 &
  child=$!
  set +m
  # shellcheck disable=SC2064 # the child of now
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

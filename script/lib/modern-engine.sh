#!/usr/bin/env bash
# A Docker engine and a buildx as new as those on GitHub's runners, for the tests that need them: what this machine has, if
# it is new enough, or else Debian's from its next release, unpacked into .rehearsal/modern-engine and nowhere else.
#
#   script/lib/modern-engine.sh                       makes sure that it is there; prints the folders it adds to the PATH
#   script/lib/modern-engine.sh FOLDER CONFIGURATION  runs dockerd on FOLDER/docker.sock until standard input ends, as it does
#                                                     when the process that holds it ends, also by SIGKILL
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
STATE=$ROOT/.rehearsal
MODERN=$STATE/modern-engine
. "$ROOT/script/lib/say.sh"
. "$ROOT/script/lib/debian.sh"

# From this release on, the engine can keep images in containerd, and so build for several platforms by itself.
NEW_ENOUGH=28

main() {
  local folders
  folders=$(modern_folders)
  if [ $# -eq 0 ]; then
    printf '%s\n' "$folders"
  else
    run_engine "$folders" "$1" "$2"
  fi
}

modern_folders() {
  if ! is_modern dockerd || ! docker buildx version >/dev/null 2>&1; then
    [ -e "$MODERN/complete" ] || fetch_modern_engine
    printf '%s:' "$MODERN/usr/sbin" "$MODERN/usr/bin" "$MODERN/usr/libexec/docker/cli-plugins"
  fi
}

is_modern() {
  local version
  version=$("$1" --version 2>/dev/null) && [[ $version =~ ([0-9]+)\. ]] && [ "${BASH_REMATCH[1]}" -ge "$NEW_ENOUGH" ]
}

# Several tests may need it at the same time, and one fetches it. An interrupted download starts again.
fetch_modern_engine() {
  mkdir -p "$MODERN"
  exec 8>"$MODERN/lock"
  flock 8
  [ ! -e "$MODERN/complete" ] || return 0
  # Uses the machine's runc: that of a newer Debian needs a newer libc.
  on_path runc || problem 'runc is not on the PATH' 'Install it: apt-get install runc'
  unpack_modern_engine >"$STATE/modern-engine.log" 2>&1 || {
    tail -n 20 "$STATE/modern-engine.log" >&2
    problem "no Docker engine $NEW_ENOUGH could be had from Debian" "$STATE/modern-engine.log says why. Or install it, with buildx."
  }
  stop_at_problems
  touch "$MODERN/complete"
}

unpack_modern_engine() {
  local archive suite
  archive=$(debian_archive) || return 1
  for suite in testing stable; do
    unpack_packages "$archive" "$suite" "$MODERN" docker.io containerd docker-buildx && is_modern "$MODERN/usr/sbin/dockerd" &&
      "$MODERN/usr/bin/containerd" --version && "$MODERN/usr/libexec/docker/cli-plugins/docker-buildx" version && return
  done
  return 1
}

# In namespaces of its own, so that it sees no other engine's files, and no mount or process of it stays behind. The network
# it shares with the machine, since registries are there; its bridge has another name than any engine's, an address of the
# range for benchmarks (RFC 2544), and no way out.
run_engine() {
  local folders=$1 folder=$2 configuration=$3 alone=(unshare --mount --pid --fork --kill-child --mount-proc)
  [ "$(id -u)" = 0 ] || alone=(sudo --non-interactive "${alone[@]}")
  "${alone[@]}" bash -c "$INSIDE" bash "$folders" "$folder" "slipway$$" "198.18.$(($$ % 256)).1/24" \
    --config-file "$configuration" --host "unix://$folder/docker.sock" --group "$(id -gn)" --data-root "$folder/data" \
    --exec-root /run/docker-exec --pidfile /run/docker.pid --iptables=false --ip6tables=false --ip-forward=false
}

# shellcheck disable=SC2016 # the inner shell expands it
INSIDE='
  set -e
  PATH=$1$PATH folder=$2 bridge=$3 address=$4
  shift 4
  mount -t tmpfs tmpfs /run
  busybox ip link add "$bridge" type bridge
  trap "busybox ip link del $bridge; rm -rf $folder/data" EXIT
  busybox ip address add "$address" dev "$bridge"
  busybox ip link set "$bridge" up
  dockerd --bridge "$bridge" "$@" </dev/null &
  engine=$!
  exec 3<&0
  { read -r _ <&3 || kill "$engine"; } &
  wait "$engine"
'

main "$@"

# The Docker engine. An engine that answers is used and not changed. Without one, these functions start Debian's,
# and stop it when the last script that uses it ends.

# Shared by all clones on this machine, since they share the engine. /run is empty after a reboot, and the kernel limits
# the path of a socket to 107 characters, which the folder of a clone may exceed.
ENGINE=/run/slipway-engine
ENGINE_DATA=$STATE/engine
ENGINE_SOCKET=/var/run/docker.sock

engine_answers() { node "$ROOT/script/lib/docker-ping.mjs" >/dev/null 2>&1; }

# Whether a script of ours started the engine, and it still runs. A pid that now belongs to another
# program, as after a reboot, does not count.
engine_is_ours() {
  local pid
  pid=$(cat "$ENGINE/docker.pid" 2>/dev/null) && grep -qsF "$ENGINE/docker.pid" "/proc/$pid/cmdline"
}

# join_engine USER: returns when an engine answers. It stays up for USER, a pid or `by-hand`, until USER leaves or ends.
join_engine() {
  if engine_answers && ! engine_is_ours; then
    say "Docker engine: one answers; it is used as it is and left running"
    return
  fi
  mkdir -p "$ENGINE/users"
  exec 9>"$ENGINE/lock"
  flock 9
  if engine_is_ours && engine_answers; then
    say 'Docker engine: running, started earlier by one of these scripts'
  else
    start_engine
  fi
  touch "$ENGINE/users/$1"
  flock -u 9
}

start_engine() {
  [ "$(id -u)" = 0 ] || { problem 'No Docker engine answers, and only root can start one' "$ENGINE_HINT"; stop_at_problems; }
  rm -rf "$ENGINE/docker.pid" "$ENGINE/exec" "$ENGINE"/users/*
  mkdir -p "$ENGINE_DATA"
  [ -e /run/docker ] || touch "$ENGINE/run-docker-is-ours"
  mount_cgroups
  # fd 9 is the lock: a daemon that inherits it would hold it until it ends.
  setsid dockerd --host "unix://$ENGINE_SOCKET" --data-root "$ENGINE_DATA/data" --exec-root "$ENGINE/exec" \
    --pidfile "$ENGINE/docker.pid" >"$ENGINE_DATA/dockerd.log" 2>&1 9>&- </dev/null &
  local starter=$!
  for _ in $(seq 1 150); do
    if engine_answers; then
      say "Docker engine: started by hand, pid $(cat "$ENGINE/docker.pid"), data and log in .rehearsal/engine"
      return
    fi
    kill -0 "$starter" 2>/dev/null || engine_is_ours || break
    sleep 0.2
  done
  tail -n 15 "$ENGINE_DATA/dockerd.log" >&2
  unmount_cgroups
  problem 'dockerd does not come up' "Its last words are above, all of them in $ENGINE_DATA/dockerd.log."
  stop_at_problems
}

# leave_engine USER: stops the engine if a script of ours started it and no other user is left.
leave_engine() {
  [ -d "$ENGINE/users" ] || return 0
  exec 9>"$ENGINE/lock"
  flock 9
  rm -f "$ENGINE/users/$1"
  forget_ended_users
  if [ -z "$(ls -A "$ENGINE/users")" ]; then
    engine_is_ours && stop_engine
    unmount_cgroups
    rm -rf "$ENGINE"
  fi
  flock -u 9
}

forget_ended_users() {
  local user
  for user in $(ls "$ENGINE/users"); do
    [ "$user" = by-hand ] || kill -0 "$user" 2>/dev/null || rm -f "$ENGINE/users/$user"
  done
}

stop_engine() {
  local pid
  pid=$(cat "$ENGINE/docker.pid")
  kill -TERM "$pid"
  for _ in $(seq 1 150); do
    engine_is_ours || break
    sleep 0.2
  done
  rm -f "$ENGINE_SOCKET"
  # dockerd keeps a few files here, with any settings.
  [ ! -e "$ENGINE/run-docker-is-ours" ] || rm -rf /run/docker
  say "Docker engine: stopped the one that was started by hand (pid $pid)"
}

mount_cgroups() {
  [ -e /sys/fs/cgroup/cgroup.controllers ] || mountpoint -q /sys/fs/cgroup/devices && return
  on_path cgroupfs-mount && cgroupfs-mount && touch "$ENGINE/cgroups-mounted"
}

unmount_cgroups() {
  [ -e "$ENGINE/cgroups-mounted" ] || return 0
  cgroupfs-umount || true
  umount /sys/fs/cgroup 2>/dev/null || true
  rm -f "$ENGINE/cgroups-mounted"
}

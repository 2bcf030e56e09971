# What Debian's packages give. Everything here is for Debian as root; elsewhere the bootstrap says what is missing.

can_install() { [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && on_path apt-get; }

# install_packages PACKAGE... : from the distribution, without questions.
install_packages() {
  say "installing from Debian's packages: $*"
  local log=$STATE/apt.log
  apt-get update >"$log" 2>&1 || say "apt-get update failed; trying with the package lists that are there ($log)"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    problem "apt-get install $* failed" "Read $log, install them by hand, and run this again."
    stop_at_problems
  }
}

install_missing_packages() {
  local packages=()
  if ! engine_answers && ! on_path dockerd; then
    # Newer Debians split the client off; without systemd, somebody has to mount the cgroups.
    packages+=(docker.io cgroupfs-mount)
    apt-cache show docker-cli >/dev/null 2>&1 && packages+=(docker-cli)
  fi
  on_path docker-registry || packages+=(docker-registry)
  on_path busybox || packages+=(busybox-static)
  [ ${#packages[@]} -eq 0 ] && return
  install_packages "${packages[@]}"
  case " ${packages[*]} " in
    *' docker-registry '*)
      # Where systemd runs, the package starts a registry of its own. The rehearsal starts its registry by hand.
      [ -d /run/systemd/system ] && systemctl disable --now docker-registry >/dev/null 2>&1
      ;;
  esac
  return 0
}

# Debian 12 has no buildx. apt fetches it from a newer suite of the same archive, with apt's own signature and checksum
# checks, into folders of ours: the machine's package lists and packages stay as they are.
install_buildx() {
  local plugins=$STATE/tools/cli-plugins
  if docker buildx version >/dev/null 2>&1; then
    say "docker buildx: $(docker buildx version)"
  elif [ -x "$plugins/docker-buildx" ]; then
    say "docker buildx: $plugins/docker-buildx"
  elif ! fetch_buildx "$plugins" >"$STATE/buildx.log" 2>&1; then
    say "docker buildx: not to be had ($STATE/buildx.log). Builds use the Docker Engine API; what needs buildx says so."
  else
    say "docker buildx: $("$plugins/docker-buildx" version), unpacked into $plugins"
  fi
}

fetch_buildx() {
  on_path apt-get && on_path dpkg-deb || return 1
  local plugins=$1 work archive suite package
  archive=$(debian_archive) || return 1
  work=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder of now, not of later
  trap "rm -rf '$work'" RETURN
  for suite in stable testing; do
    mkdir -p "$work/$suite/state/lists/partial" "$work/$suite/cache/archives/partial"
    printf 'deb %s %s main\n' "$archive" "$suite" >"$work/$suite/sources.list"
    local apt=(apt-get -o "Dir::Etc::SourceList=$work/$suite/sources.list" -o Dir::Etc::SourceParts=/dev/null
      -o "Dir::State=$work/$suite/state" -o "Dir::Cache=$work/$suite/cache" -o APT::Sandbox::User=root)
    "${apt[@]}" update || continue
    (cd "$work" && "${apt[@]}" download docker-buildx) || continue
    package=$(find "$work" -maxdepth 1 -name 'docker-buildx_*.deb')
    dpkg-deb -x "$package" "$work/unpacked" || continue
    mkdir -p "$plugins"
    cp "$(find "$work/unpacked" -type f -name docker-buildx | head -n 1)" "$plugins/docker-buildx"
    chmod +x "$plugins/docker-buildx"
    "$plugins/docker-buildx" version && return
  done
  return 1
}

# The archive this machine already uses, with its signing key: `[signed-by=KEY] URI`.
debian_archive() {
  local uri key=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -f "$key" ] || return 1
  uri=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 'Created-By: Packages' 2>/dev/null | awk '$2 == "Debian" && $1 !~ /security/ { print $1; exit }')
  [ -n "$uri" ] && printf '[signed-by=%s] %s' "$key" "$uri"
}

# Installs Debian's packages, on Debian as root only. Elsewhere the bootstrap lists what is missing.

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
    # Newer Debian releases have the client in its own package. Without systemd, cgroupfs-mount mounts the cgroups.
    packages+=(docker.io cgroupfs-mount)
    apt-cache show docker-cli >/dev/null 2>&1 && packages+=(docker-cli)
  fi
  on_path docker-registry || packages+=(docker-registry)
  on_path busybox || packages+=(busybox-static)
  on_path openssl || packages+=(openssl)
  has_tool moto_server || packages+=(python3-venv)
  # Some tests check that AWS's own command line understands the cloud.
  on_path aws || packages+=(awscli)
  [ ${#packages[@]} -eq 0 ] && return
  install_packages "${packages[@]}"
  case " ${packages[*]} " in
    *' docker-registry '*)
      # With systemd, the package starts a registry, which the rehearsal does not use: it starts its own.
      [ -d /run/systemd/system ] && systemctl disable --now docker-registry >/dev/null 2>&1
      ;;
  esac
  return 0
}

# Debian 12 has no buildx. apt fetches it from a newer suite of the same archive, with apt's own signature and checksum
# checks, into folders of ours: the machine's package lists and packages stay as they are. It is on the scripts' PATH as
# `docker-buildx`, which is the plug-in run by itself.
install_buildx() {
  local tools=$STATE/tools
  if docker buildx version >/dev/null 2>&1; then
    say "docker buildx: $(docker buildx version)"
  elif [ -x "$tools/docker-buildx" ]; then
    say "docker buildx: .rehearsal/tools/docker-buildx, unpacked earlier"
  elif fetch_buildx "$tools" >"$STATE/buildx.log" 2>&1; then
    say "docker buildx: $("$tools/docker-buildx" version), unpacked into .rehearsal/tools"
  else
    say 'docker buildx: not to be had (.rehearsal/buildx.log). Only what needs it will say so; all else goes without.'
  fi
}

fetch_buildx() {
  on_path apt-get && on_path dpkg-deb || return 1
  local archive suite
  archive=$(debian_archive) || return 1
  for suite in stable testing; do
    fetch_buildx_from "$archive" "$suite" "$1" && return
  done
  return 1
}

# fetch_buildx_from ARCHIVE SUITE FOLDER. The binary of a newer Debian may need a newer libc, so it counts only if it runs.
fetch_buildx_from() (
  unpacked=$(mktemp -d)
  trap 'rm -rf "$unpacked"' EXIT
  mkdir -p "$3"
  unpack_packages "$1" "$2" "$unpacked" docker-buildx &&
    binary=$(find "$unpacked" -path '*/cli-plugins/docker-buildx') && "$binary" version && mv "$binary" "$3/docker-buildx"
)

# unpack_packages ARCHIVE SUITE FOLDER PACKAGE... : downloads packages of any suite, and unpacks them into a folder.
unpack_packages() (
  archive=$1 suite=$2 folder=$3
  shift 3
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
  printf 'deb %s %s main\n' "$archive" "$suite" >"$work/sources.list"
  apt=(apt-get -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State=$work/state" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
    -o Acquire::http::Timeout=10 -o Acquire::Retries=0)
  cd "$work" && "${apt[@]}" update && "${apt[@]}" download "$@" &&
    for package in ./*.deb; do dpkg-deb -x "$package" "$folder" || exit; done
)

# The archive this machine already uses, with its signing key: `[signed-by=KEY] URI`.
debian_archive() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg uri
  [ -f "$key" ] || return 1
  uri=$(archive_uri)
  # A machine whose package lists were never fetched does not know its archive's name yet.
  [ -n "$uri" ] || { [ "$(id -u)" = 0 ] && apt-get update >&2 && uri=$(archive_uri); }
  [ -n "$uri" ] && printf '[signed-by=%s] %s' "$key" "$uri"
}

archive_uri() {
  apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "Debian" { print $1; exit }'
}

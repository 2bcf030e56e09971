# Output of the scripts: one line for each thing found or done, and all problems at once.

# show_help SCRIPT: the comment at the top of it.
show_help() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$1"; }

say() { printf '%s\n' "  $*"; }

PROBLEMS=()
# problem WHAT HOW-TO-GET-IT
problem() { PROBLEMS+=("$1"$'\n'"      $2"); }

stop_at_problems() {
  [ ${#PROBLEMS[@]} -eq 0 ] && return
  printf '\nNothing was started. %d thing(s) are missing:\n' "${#PROBLEMS[@]}" >&2
  printf '  ✗ %s\n' "${PROBLEMS[@]}" >&2
  exit 1
}

on_path() { command -v "$1" >/dev/null 2>&1; }

# Terraform and moto's server, which neither npm nor Debian has. If they are missing, they are downloaded from their
# publishers into .rehearsal only.

TERRAFORM_VERSION=1.11.4
MOTO_VERSION=5.2.1

# Both need Python: Terraform to be unpacked, moto to run.
can_fetch() { on_path python3 || can_install; }

has_tool() { on_path "$1" || [ -x "$STATE/tools/$1" ]; }

find_tool_problems() {
  can_fetch && return
  has_tool terraform || problem 'terraform is not on the PATH' "$TERRAFORM_HINT"
  has_tool moto_server || problem 'moto_server is not on the PATH; it answers for VPC and IAM in a rehearsal' "$MOTO_HINT"
}

TERRAFORM_HINT='Install Terraform 1.11 or newer, as its web page on installation says.'
MOTO_HINT="python3 -m pip install 'moto[server]'"

fetch_missing_tools() {
  mkdir -p "$STATE/tools"
  has_tool terraform || fetch_terraform || problem 'Terraform is not on the PATH, and could not be downloaded' "$TERRAFORM_HINT ($STATE/terraform.log says what went wrong.)"
  has_tool moto_server || fetch_moto || problem 'moto_server is not on the PATH, and pip could not install it' "$MOTO_HINT ($STATE/moto.log says what went wrong.)"
  stop_at_problems
}

fetch_terraform() {
  local unpacked
  unpacked=$(mktemp -d)
  if node "$ROOT/script/lib/download-terraform.mjs" "$TERRAFORM_VERSION" "$unpacked/terraform.zip" >"$STATE/terraform.log" 2>&1 &&
    python3 -m zipfile -e "$unpacked/terraform.zip" "$unpacked" >>"$STATE/terraform.log" 2>&1; then
    install -m 755 "$unpacked/terraform" "$STATE/tools/terraform"
    rm -rf "$unpacked"
    say "Terraform: $TERRAFORM_VERSION, downloaded into .rehearsal/tools, its checksum verified"
  else
    rm -rf "$unpacked"
    return 1
  fi
}

fetch_moto() {
  python3 -m venv "$STATE/moto" >"$STATE/moto.log" 2>&1 &&
    "$STATE/moto/bin/pip" install "moto[server]==$MOTO_VERSION" >>"$STATE/moto.log" 2>&1 </dev/null || return 1
  ln -sf "$STATE/moto/bin/moto_server" "$STATE/tools/moto_server"
  say "moto: $MOTO_VERSION, installed with pip into .rehearsal/moto"
}

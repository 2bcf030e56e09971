# Terraform's provider: from a mirror on this machine if there is one, else from its registry, once for all runs.

terraform_config() {
  if [ -n "${TF_CLI_CONFIG_FILE:-}" ] && [ -f "$TF_CLI_CONFIG_FILE" ]; then
    say "Terraform: its configuration is yours, $TF_CLI_CONFIG_FILE"
    return
  fi
  local mirror cache=$STATE/terraform-plugins
  mkdir -p "$cache"
  mirror=$(provider_mirror)
  write_terraform_config "$mirror" "$cache" >"$STATE/terraform.rc.$$"
  mv "$STATE/terraform.rc.$$" "$STATE/terraform.rc"
  if [ -n "$mirror" ]; then
    say "Terraform: providers from the mirror in $mirror"
  else
    say 'Terraform: no provider mirror on this machine; the AWS provider is downloaded from its registry on first use'
  fi
}

# The first folder that holds registry.terraform.io with the AWS provider in it.
provider_mirror() {
  local folder
  for folder in $(find /opt /usr/local /usr/share "$HOME/.terraform.d" "$HOME/.local/share/terraform" -maxdepth 4 \
    -type d -name registry.terraform.io 2>/dev/null); do
    [ -d "$folder/hashicorp/aws" ] && dirname "$folder" && return
  done
  return 0
}

# Providers in the mirror come from there only: a request to the registry would fail on a machine without access.
write_terraform_config() {
  local mirror=$1 cache=$2 mirrored
  if [ -z "$mirror" ]; then
    printf 'plugin_cache_dir = "%s"\nplugin_cache_may_break_dependency_lock_file = true\n' "$cache"
    return
  fi
  mirrored=$(cd "$mirror" && find registry.terraform.io -mindepth 2 -maxdepth 2 -type d | sed 's/.*/"&"/' | paste -sd,)
  cat <<EOF
provider_installation {
  filesystem_mirror {
    path    = "$mirror"
    include = [$mirrored]
  }
  direct {
    exclude = [$mirrored]
  }
}
EOF
}

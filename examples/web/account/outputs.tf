output "variables" {
  description = "The variables of the GitHub environment."
  value       = local.variables
}

output "commands" {
  description = "Makes the GitHub environment and sets its variables, with the GitHub CLI."
  value = join("\n", concat(
    ["gh api --silent --method PUT 'repos/${var.repository}/environments/${var.environment}'"],
    [for name, value in local.variables : "gh variable set ${name} --repo '${var.repository}' --env '${var.environment}' --body '${value}'"],
  ))
}

locals {
  variables = {
    AWS_ROLE                 = module.ci_access.role_arns[var.environment]
    AWS_REGION               = local.region
    AWS_ACCOUNT_ID           = local.account
    TERRAFORM_BACKEND_CONFIG = "bucket=${var.state_bucket}\nkey=${var.service}/${var.environment}.tfstate\nregion=${local.region}"
  }
}

output "variables" {
  description = "Variables of the GitHub environment."
  value       = local.variables
}

output "commands" {
  description = "Commands for the GitHub CLI that create the GitHub environment, restrict it to one branch or to tags, and set its variables."
  value = join("\n", concat(
    [
      "gh api --silent --method PUT '${local.environment}' -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'",
      "gh api --silent --method POST '${local.environment}/deployment-branch-policies' -f 'name=${coalesce(var.tag, var.branch)}' -f 'type=${var.tag == null ? "branch" : "tag"}'",
    ],
    [for name, value in local.variables : "gh variable set ${name} --repo '${var.repository}' --env '${var.environment}' --body '${value}'"],
  ))
}

locals {
  environment = "repos/${var.repository}/environments/${var.environment}"

  variables = {
    AWS_ROLE                 = module.ci_access.role_arns[var.environment]
    AWS_REGION               = local.region
    AWS_ACCOUNT_ID           = local.account
    TERRAFORM_BACKEND_CONFIG = "bucket=${var.state_bucket}\nkey=${local.state_key}\nregion=${local.region}"
  }
}

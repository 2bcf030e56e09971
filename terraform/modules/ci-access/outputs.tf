output "role_arns" {
  description = "ARNs of the roles by environment, for the variable `AWS_ROLE` of the GitHub environments."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "provider_arn" {
  description = "ARN of GitHub's OpenID Connect provider."
  value       = local.provider_arn
}

output "subjects" {
  description = "Values of the token's claim `sub` that may assume the role, by environment."
  value = {
    for environment, jobs in local.jobs : environment => flatten([
      for name in local.repository_names : [for job in jobs : "repo:${name}:${job}"]
    ])
  }
}

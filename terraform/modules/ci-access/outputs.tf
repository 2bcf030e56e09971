output "role_arns" {
  description = "ARNs of the roles by environment: for the variable `AWS_ROLE` of the environments in GitHub."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "provider_arn" {
  description = "ARN of GitHub's OpenID Connect provider."
  value       = local.provider_arn
}

output "subjects" {
  description = "What a job's token must say of itself (`sub`) to become the role, by environment; one of these."
  value = {
    for environment, jobs in local.jobs : environment => flatten([
      for name in local.repository_names : [for job in jobs : "repo:${name}:${job}"]
    ])
  }
}

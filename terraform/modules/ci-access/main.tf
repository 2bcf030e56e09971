# AWS access of a GitHub repository's workflows: GitHub's OpenID Connect provider, and one role for each environment that
# only its jobs can assume. No AWS key is stored anywhere.

# An account can have only one such provider. AWS verifies GitHub by its own list of certificate authorities, so no
# thumbprint is set.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_provider ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

resource "aws_iam_role" "this" {
  for_each = var.environments

  name                 = "${local.role_prefix}${each.key}"
  description          = "GitHub Actions of ${var.repository}, ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = each.value.max_session_duration
  permissions_boundary = var.permissions_boundary
}

# Jobs whose token has exactly these claims, and the roles in `trusted_roles`, may assume the role.
data "aws_iam_policy_document" "trust" {
  for_each = var.environments

  dynamic "statement" {
    for_each = length(local.jobs[each.key]) > 0 ? local.repository_names : []

    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = [local.provider_arn]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:aud"
        values   = [local.audience]
      }

      condition {
        test     = "StringLike"
        variable = "${local.issuer}:sub"
        values   = [for job in local.jobs[each.key] : "repo:${statement.value}:${job}"]
      }

      # A `*` for an ID matches `/` and `:` too. Names of owners have no `@`, so no other owner matches. Another repository of
      # the same owner could: its administrators choose parts of its `sub`, such as a branch called `x/web@1`. They cannot
      # choose the claim `repository`.
      dynamic "condition" {
        for_each = strcontains(statement.value, "*") ? [var.repository] : []

        content {
          test     = "StringEquals"
          variable = "${local.issuer}:repository"
          values   = [condition.value]
        }
      }
    }
  }

  # assume-role tags such a session with the run that it is for.
  dynamic "statement" {
    for_each = length(each.value.trusted_roles) > 0 ? [each.value.trusted_roles] : []

    content {
      actions = ["sts:AssumeRole", "sts:TagSession"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  issuer       = "token.actions.githubusercontent.com"
  audience     = "sts.amazonaws.com"
  account      = data.aws_caller_identity.current.account_id
  partition    = data.aws_partition.current.partition
  provider_arn = var.create_provider ? aws_iam_openid_connect_provider.github[0].arn : "arn:${local.partition}:iam::${local.account}:oidc-provider/${local.issuer}"
  owner        = element(split("/", var.repository), 0)
  name         = element(split("/", var.repository), 1)
  role_prefix  = coalesce(var.role_name_prefix, "${local.name}-deploy-")

  # The repository in a token's `sub`. Since July 2026 it has IDs, for repositories that were created, renamed or transferred
  # since, and for those that opted in: another owner can take over a name, but never an ID. Without IDs here, both forms are
  # trusted.
  repository_names = (
    var.repository_id == null
    ? [var.repository, "${local.owner}@*/${local.name}@*"]
    : ["${local.owner}@${var.owner_id}/${local.name}@${var.repository_id}"]
  )

  # The rest of `sub`. For a job with `environment:` it has the environment and not the branch. Which branches and tags may
  # use an environment is a rule of the environment in GitHub.
  jobs = {
    for name, environment in var.environments : name => concat(
      [for github in coalesce(environment.github_environments, local.trusts_others[name] ? [] : [name]) : "environment:${github}"],
      [for branch in environment.branches : "ref:refs/heads/${branch}"],
      [for tag in environment.tags : "ref:refs/tags/${tag}"],
      environment.pull_requests ? ["pull_request"] : [],
    )
  }

  # Than the jobs of the GitHub environment of the same name.
  trusts_others = {
    for name, environment in var.environments : name =>
    length(concat(environment.branches, environment.tags, environment.trusted_roles)) > 0 || environment.pull_requests
  }
}

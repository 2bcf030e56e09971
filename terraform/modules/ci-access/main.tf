# What a repository's workflows may do in this AWS account: GitHub's OpenID Connect provider, and one role for each
# environment, which only the right jobs of that repository can become. No AWS key is stored anywhere.

# An account has one such provider, whoever needs it; AWS verifies GitHub by its own list of authorities, so no
# thumbprint is given.
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

# Who may become the role: jobs whose token says exactly this of itself.
data "aws_iam_policy_document" "trust" {
  for_each = var.environments

  statement {
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
      values   = local.subjects[each.key]
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
  role_prefix  = coalesce(var.role_name_prefix, "${element(split("/", var.repository), 1)}-deploy-")

  # What GitHub writes into a token's `sub`. A job with `environment:` has the environment there, and not the branch:
  # which branches and tags may use an environment is a rule of the environment in GitHub.
  subjects = {
    for name, environment in var.environments : name => concat(
      [for github in coalesce(environment.github_environments, local.trusts_refs[name] ? [] : [name]) : "repo:${var.repository}:environment:${github}"],
      [for branch in environment.branches : "repo:${var.repository}:ref:refs/heads/${branch}"],
      [for tag in environment.tags : "repo:${var.repository}:ref:refs/tags/${tag}"],
      environment.pull_requests ? ["repo:${var.repository}:pull_request"] : [],
    )
  }

  trusts_refs = {
    for name, environment in var.environments : name =>
    length(environment.branches) + length(environment.tags) > 0 || environment.pull_requests
  }
}

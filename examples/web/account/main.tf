# A person applies this once in each AWS account, before the first deploy to it: the bucket for Terraform's states, and the
# role that the jobs of one GitHub environment can assume. Those jobs apply ../infra.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

module "state_backend" {
  source = "../../../terraform/modules/state-backend"

  bucket = var.state_bucket
}

module "ci_access" {
  source = "../../../terraform/modules/ci-access"

  repository      = var.repository
  owner_id        = var.owner_id
  repository_id   = var.repository_id
  create_provider = var.create_provider

  environments = {
    (var.environment) = {
      clusters     = [var.environment]
      repositories = [var.service]
      pull_from    = var.pull_from
      pass_roles   = local.service_roles
      state        = { bucket = var.state_bucket, keys = [local.state_key] }
      policy_arns  = ["arn:${local.partition}:iam::aws:policy/PowerUserAccess", aws_iam_policy.roles.arn]
    }
  }
}

# What Terraform creates in ../infra and PowerUserAccess does not allow: the roles of the service. PowerUserAccess is a wide
# start. Replace it by what your Terraform manages; docs/accounts-and-roles.md has its limits.
resource "aws_iam_policy" "roles" {
  name   = "${var.service}-${var.environment}-roles"
  policy = data.aws_iam_policy_document.roles.json
}

data "aws_iam_policy_document" "roles" {
  # Only with the boundary: a deploy could create a role with all permissions, and assume it.
  statement {
    sid       = "MakeWithinTheBoundary"
    actions   = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    resources = local.service_role_arns

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [var.permissions_boundary]
    }
  }

  statement {
    sid = "Keep"
    actions = [
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
    ]
    resources = local.service_role_arns
  }

  # Overrides all other policies.
  statement {
    sid       = "LeaveTheBoundary"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary"]
    resources = ["*"]
  }
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  state_key = "${var.service}/${var.environment}.tfstate"

  # Those that the module service creates. A pattern such as `stage-web-*` would match the roles of a service `web-admin`.
  service_roles     = [for kind in ["execution", "task"] : "${var.environment}-${var.service}-${kind}"]
  service_role_arns = [for role in local.service_roles : "arn:${local.partition}:iam::${local.account}:role/${role}"]
}

# What a person applies once in each AWS account, before the first deploy to it: the bucket for Terraform's states, and the
# role that the jobs of one GitHub environment can become. What is deployed is in ../infra, and made by those jobs.

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
      pass_roles   = ["${var.environment}-${var.service}-*"]
      state        = { bucket = var.state_bucket, prefix = "${var.service}/${var.environment}" }
      policy_arns  = ["arn:${local.partition}:iam::aws:policy/PowerUserAccess", aws_iam_policy.roles.arn]
    }
  }
}

# What Terraform makes in ../infra, beside what PowerUserAccess is for: the roles of the service. Both are wide, to begin
# with. Narrow them to what your stack manages, or hold them by `permissions_boundary` of ci-access.
resource "aws_iam_policy" "roles" {
  name   = "${var.service}-${var.environment}-roles"
  policy = data.aws_iam_policy_document.roles.json
}

data "aws_iam_policy_document" "roles" {
  statement {
    actions = [
      "iam:AttachRolePolicy",
      "iam:CreateRole",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:PutRolePolicy",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
    ]
    resources = ["arn:${local.partition}:iam::${local.account}:role/${var.environment}-${var.service}-*"]
  }
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
}

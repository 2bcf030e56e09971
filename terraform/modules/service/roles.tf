# Execution role: ECS may pull this image, read these secrets and write to this log group.
resource "aws_iam_role" "execution" {
  name                 = local.role_names["execution"]
  assume_role_policy   = data.aws_iam_policy_document.tasks.json
  permissions_boundary = var.permissions_boundary
}

# Task role: no permissions, until you attach a policy (output `task_role_name`).
resource "aws_iam_role" "task" {
  name                 = local.role_names["task"]
  assume_role_policy   = data.aws_iam_policy_document.tasks.json
  permissions_boundary = var.permissions_boundary
}

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "execution" {
  # ECR's token is for a whole account, not for one repository.
  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.this.arn]
  }

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  dynamic "statement" {
    for_each = length(local.parameters) > 0 ? [local.parameters] : []

    content {
      sid       = "ReadParameters"
      actions   = ["ssm:GetParameters"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(local.managed_secrets) > 0 ? [local.managed_secrets] : []

    content {
      sid       = "ReadSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(var.secrets_kms_key_arns) > 0 ? [var.secrets_kms_key_arns] : []

    content {
      sid       = "DecryptThem"
      actions   = ["kms:Decrypt"]
      resources = statement.value
    }
  }
}

locals {
  parameters = sort(distinct([for arn in values(var.secrets) : arn if can(regex("^arn:[^:]+:ssm:", arn))]))

  # The first seven parts of the ARN. A key or version of the secret may follow.
  managed_secrets = sort(distinct([
    for arn in values(var.secrets) : join(":", slice(split(":", arn), 0, 7)) if can(regex("^arn:[^:]+:secretsmanager:", arn))
  ]))

  # IAM allows 64 characters. A longer name is cut and gets a hash, so that it stays unique.
  role_names = {
    for kind in ["execution", "task"] : kind => (
      length("${local.prefix}-${kind}") <= 64
      ? "${local.prefix}-${kind}"
      : "${substr(local.prefix, 0, 54 - length(kind))}-${substr(sha256(local.prefix), 0, 8)}-${kind}"
    )
  }

  prefix = "${local.cluster}-${var.name}"
}

resource "aws_iam_role_policy" "execution" {
  name   = "start-tasks"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

# What ECS may do to start a task: pull this image, read these secrets, write to this log group. No more.
resource "aws_iam_role" "execution" {
  name                 = local.role_names["execution"]
  assume_role_policy   = data.aws_iam_policy_document.tasks.json
  permissions_boundary = var.permissions_boundary
}

# What the service itself may do: nothing, until you give it a policy (output `task_role_name`).
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
  # ECR hands out its token to a whole account, not to one repository.
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

  # The first seven parts of it: what may follow is which of its keys or versions the container gets.
  managed_secrets = sort(distinct([
    for arn in values(var.secrets) : join(":", slice(split(":", arn), 0, 7)) if can(regex("^arn:[^:]+:secretsmanager:", arn))
  ]))

  # IAM takes 64 characters. A longer name is cut, and a hash tells it from others that begin alike.
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

# Permissions of the role: what Slipway's actions need for the named clusters, repositories and state, and your own policies
# for what your Terraform manages.

resource "aws_iam_role_policy" "deploy" {
  for_each = { for name, environment in var.environments : name => environment if length(environment.clusters) > 0 }

  name   = "deploy"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.deploy[each.key].json
}

data "aws_iam_policy_document" "deploy" {
  for_each = { for name, environment in var.environments : name => environment if length(environment.clusters) > 0 }

  statement {
    sid = "RollOut"
    actions = [
      "ecs:DescribeServices",
      "ecs:UpdateService",
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServiceRevisions",
      "ecs:ListServiceDeployments",
      "ecs:StopServiceDeployment",
      "ecs:DescribeTasks",
      "ecs:StopTask",
      "ecs:DescribeContainerInstances",
    ]
    resources = flatten([for cluster in each.value.clusters : [
      for kind in ["service", "service-deployment", "service-revision", "task", "container-instance"] :
      "arn:${local.partition}:ecs:*:${local.account}:${kind}/${cluster}/*"
    ]])
  }

  # These are about a whole cluster, or start something in one.
  statement {
    sid       = "InTheseClusters"
    actions   = ["ecs:ListTasks", "ecs:RunTask"]
    resources = ["*"]

    condition {
      test     = "ArnLike"
      variable = "ecs:cluster"
      values   = [for cluster in each.value.clusters : "arn:${local.partition}:ecs:*:${local.account}:cluster/${cluster}"]
    }
  }

  # AWS does not tie these to a resource.
  statement {
    sid = "Look"
    actions = [
      "ecs:DescribeTaskDefinition",
      "ecs:RegisterTaskDefinition",
      "ecs:TagResource",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "ssm:DescribeParameters",
    ]
    resources = ["*"]
  }

  # The logs of tasks, and whether the log group exists.
  statement {
    sid       = "ReadLogs"
    actions   = ["logs:DescribeLogGroups", "logs:GetLogEvents"]
    resources = ["arn:${local.partition}:logs:*:${local.account}:log-group:*"]
  }

  # Whether the secrets of tasks exist, not their values. AWS appends six characters to their names.
  dynamic "statement" {
    for_each = length(each.value.secrets) > 0 ? [each.value.secrets] : []

    content {
      sid       = "LookForSecrets"
      actions   = ["secretsmanager:DescribeSecret"]
      resources = [for secret in statement.value : "arn:${local.partition}:secretsmanager:*:${local.account}:secret:${secret}-??????"]
    }
  }

  dynamic "statement" {
    for_each = length(each.value.pass_roles) > 0 ? [each.value.pass_roles] : []

    content {
      sid       = "GiveTasksTheirRoles"
      actions   = ["iam:PassRole"]
      resources = [for role in statement.value : "arn:${local.partition}:iam::${local.account}:role/${role}"]

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["ecs-tasks.amazonaws.com"]
      }
    }
  }

  # Whether those roles exist, and passing them to tasks.
  dynamic "statement" {
    for_each = length(each.value.pass_roles) > 0 ? [each.value.pass_roles] : []

    content {
      sid       = "LookForRoles"
      actions   = ["iam:GetRole"]
      resources = [for role in statement.value : "arn:${local.partition}:iam::${local.account}:role/${role}"]
    }
  }
}

resource "aws_iam_role_policy" "images" {
  for_each = { for name, environment in var.environments : name => environment if length(environment.repositories) > 0 }

  name   = "images"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.images[each.key].json
}

data "aws_iam_policy_document" "images" {
  for_each = { for name, environment in var.environments : name => environment if length(environment.repositories) > 0 }

  # ECR's token is for a whole account, not for one repository. So are pull-through cache rules.
  statement {
    sid       = "LogIn"
    actions   = ["ecr:GetAuthorizationToken", "ecr:DescribePullThroughCacheRules"]
    resources = ["*"]
  }

  statement {
    sid = "PushAndCheck"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:DescribeImageScanFindings",
      "ecr:DescribeImages",
      "ecr:DescribeRepositories",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:StartImageScan",
      "ecr:UploadLayerPart",
    ]
    resources = [for repository in each.value.repositories : "arn:${local.partition}:ecr:*:${local.account}:repository/${repository}"]
  }

  # The findings of enhanced scanning are Amazon Inspector's, which ECR calls with the role's permissions. Both actions are for
  # the whole account: AWS cannot limit them to a repository.
  statement {
    sid       = "ReadEnhancedScans"
    actions   = ["inspector2:ListCoverage", "inspector2:ListFindings"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = length(each.value.pull_from) > 0 ? [each.value.pull_from] : []

    content {
      sid       = "TakeOver"
      actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = statement.value
    }
  }
}

resource "aws_iam_role_policy" "state" {
  for_each = { for name, environment in var.environments : name => environment.state if environment.state != null }

  name   = "terraform-state"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.state[each.key].json
}

# The state and, beside it, its lock (`.tflock`).
data "aws_iam_policy_document" "state" {
  for_each = { for name, environment in var.environments : name => environment.state if environment.state != null }

  statement {
    sid       = "Find"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::${each.value.bucket}"]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${each.value.prefix}*"]
    }
  }

  statement {
    sid       = "ReadWriteAndLock"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["arn:${local.partition}:s3:::${each.value.bucket}/${each.value.prefix}*"]
  }

  # S3 calls KMS with the permissions of the role that reads or writes.
  dynamic "statement" {
    for_each = each.value.kms_key_arn == null ? [] : [each.value.kms_key_arn]

    content {
      sid       = "EncryptIt"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

# By index: the ARN of a policy that is created in the same apply is not known in the plan.
resource "aws_iam_role_policy_attachment" "this" {
  for_each = {
    for one in flatten([
      for name, environment in var.environments : [
        for place, arn in environment.policy_arns : { key = "${name}-${place}", environment = name, arn = arn }
      ]
    ]) : one.key => one
  }

  role       = aws_iam_role.this[each.value.environment].name
  policy_arn = each.value.arn
}

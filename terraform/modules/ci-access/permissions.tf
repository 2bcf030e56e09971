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
      "application-autoscaling:DescribeScalableTargets",
      "ecs:DescribeTaskDefinition",
      "ecs:RegisterTaskDefinition",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "logs:DescribeLogGroups",
      "ssm:DescribeParameters",
    ]
    resources = ["*"]
  }

  # Tags in the call that creates a revision or a task, and on nothing that exists.
  statement {
    sid       = "TagWhatItCreates"
    actions   = ["ecs:TagResource"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ecs:CreateAction"
      values   = ["RegisterTaskDefinition", "RunTask"]
    }
  }

  # The last lines of containers that failed.
  dynamic "statement" {
    for_each = length(local.log_groups[each.key]) > 0 ? [local.log_groups[each.key]] : []

    content {
      sid       = "ReadLogs"
      actions   = ["logs:GetLogEvents"]
      resources = [for group in statement.value : "arn:${local.partition}:logs:*:${local.account}:log-group:${group}:log-stream:*"]
    }
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

  # Roles that ECS itself uses.
  dynamic "statement" {
    for_each = length(each.value.infrastructure_roles) > 0 ? [each.value.infrastructure_roles] : []

    content {
      sid       = "GiveEcsItsRoles"
      actions   = ["iam:PassRole"]
      resources = [for role in statement.value : "arn:${local.partition}:iam::${local.account}:role/${role}"]

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["ecs.amazonaws.com"]
      }
    }
  }

  # Whether the roles of tasks exist.
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

data "aws_iam_policy_document" "state" {
  for_each = { for name, environment in var.environments : name => environment.state if environment.state != null }

  # Terraform lists the workspaces at each start. Without the permission to list an object's key, S3 says of a missing one that
  # access is denied.
  statement {
    sid       = "Find"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::${each.value.bucket}"]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = concat(local.state_objects[each.key], ["${each.value.workspace_key_prefix}/"])
    }
  }

  # The state and what is beside it: the name of the lock's holder, and a state that could not be saved.
  statement {
    sid       = each.value.read_only ? "Read" : "ReadAndWrite"
    actions   = each.value.read_only ? ["s3:GetObject"] : ["s3:GetObject", "s3:PutObject"]
    resources = [for object in local.state_objects[each.key] : "arn:${local.partition}:s3:::${each.value.bucket}/${object}"]
  }

  # A plan locks the state, too. Nothing but the lock is deleted.
  statement {
    sid       = "Lock"
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = [for lock in local.state_locks[each.key] : "arn:${local.partition}:s3:::${each.value.bucket}/${lock}"]
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

locals {
  # Where the module service has its logs, unless others are named.
  log_groups = {
    for name, environment in var.environments : name =>
    coalesce(environment.log_groups, [for cluster in environment.clusters : "/ecs/${cluster}/*"])
  }

  # Of a key in full: the state, and what has its name and a suffix. `web/prod.tfstate*` would match `web/prod.tfstate2`, too.
  state_objects = {
    for name, environment in var.environments : name => flatten([
      for key in try(environment.state.keys, []) : endswith(key, "/*") ? [key] : [key, "${key}.*"]
    ])
  }

  state_locks = {
    for name, environment in var.environments : name => [for key in try(environment.state.keys, []) : "${key}.tflock"]
  }
}

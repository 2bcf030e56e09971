# Allows other accounts to pull the images: prod copies stage's image instead of building it again. The roles there need the
# permission too (`pull_from` of the module ci-access).
resource "aws_ecr_repository_policy" "this" {
  count = length(var.pull_accounts) > 0 ? 1 : 0

  repository = aws_ecr_repository.this.name
  policy     = data.aws_iam_policy_document.sharing.json
}

data "aws_iam_policy_document" "sharing" {
  statement {
    sid     = "Pull"
    actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]

    principals {
      type        = "AWS"
      identifiers = [for account in var.pull_accounts : "arn:${data.aws_partition.current.partition}:iam::${account}:root"]
    }
  }
}

data "aws_partition" "current" {}

variable "repository" {
  description = "The GitHub repository that deploys, as `owner/name`."
  type        = string
}

variable "owner_id" {
  description = "The id of the repository's owner. With both ids nobody else gets in, also when the repository's name becomes somebody else's."
  type        = string
  default     = null
}

variable "repository_id" {
  description = "The id of the repository. For both see docs/accounts-and-roles.md, \"Trust the ids\"."
  type        = string
  default     = null
}

variable "create_provider" {
  description = "Whether to make GitHub's OpenID Connect provider. False where the account has it already: it can have only one."
  type        = bool
  default     = true
}

variable "environment" {
  description = "The GitHub environment that deploys to this account, such as `stage`."
  type        = string
}

variable "branch" {
  description = "The branch whose jobs may use the GitHub environment, where no `tag` is given."
  type        = string
  default     = "main"
}

variable "tag" {
  description = "Pattern of the tags whose jobs may use the GitHub environment, such as `v*`, instead of a branch."
  type        = string
  default     = null
}

variable "state_bucket" {
  description = "A name for the bucket with Terraform's states. No other bucket in the world may have it."
  type        = string
}

variable "service" {
  description = "Name of the service."
  type        = string
  default     = "web"
}

variable "permissions_boundary" {
  description = "ARN of a policy that no role of the service can exceed. Another one goes into `../infra` too."
  type        = string
  default     = "arn:aws:iam::aws:policy/PowerUserAccess"
}

variable "pull_from" {
  description = "In prod, the repository that it takes its images from: the ARN of stage's."
  type        = list(string)
  default     = []
}

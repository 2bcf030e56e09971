variable "repository" {
  description = "GitHub repository that deploys, as `owner/name`."
  type        = string
}

variable "owner_id" {
  description = "ID of the repository's owner. With both IDs only this repository is trusted, even if another owner takes over its name."
  type        = string
  default     = null
}

variable "repository_id" {
  description = "ID of the repository. See docs/accounts-and-roles.md, \"Trust the IDs\", for both."
  type        = string
  default     = null
}

variable "create_provider" {
  description = "Whether to create GitHub's OpenID Connect provider. An account can have only one: `false` if it exists."
  type        = bool
  default     = true
}

variable "environment" {
  description = "GitHub environment that deploys to this account, such as `stage`."
  type        = string
}

variable "branch" {
  description = "Branch whose jobs may use the GitHub environment, unless `tag` is set."
  type        = string
  default     = "main"
}

variable "tag" {
  description = "Pattern of the tags whose jobs may use the GitHub environment, such as `v*`, instead of a branch."
  type        = string
  default     = null
}

variable "state_bucket" {
  description = "Name of the bucket with Terraform's states. It must be unique in all of AWS."
  type        = string
}

variable "service" {
  description = "Name of the service."
  type        = string
  default     = "web"

  # IAM allows 64 characters. The module service cuts longer names, and then they are not those in main.tf.
  validation {
    condition     = length("${var.environment}-${var.service}-execution") <= 64
    error_message = "environment and service are too long together for names of roles: at most 53 characters."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the service's roles. If you change it, change it in `../infra` too."
  type        = string
  default     = "arn:aws:iam::aws:policy/PowerUserAccess"
}

variable "pull_from" {
  description = "For prod: ARN of stage's image repository, to copy images from."
  type        = list(string)
  default     = []
}

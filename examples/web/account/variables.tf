variable "repository" {
  description = "The GitHub repository that deploys, as `owner/name`."
  type        = string
}

variable "environment" {
  description = "The GitHub environment that deploys to this account, such as `stage`."
  type        = string
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

variable "pull_from" {
  description = "In prod, the repository that it takes its images from: the ARN of stage's."
  type        = list(string)
  default     = []
}

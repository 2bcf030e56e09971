variable "environment" {
  description = "Name of the environment, such as `stage` or `prod`."
  type        = string
}

variable "service" {
  description = "Name of the service."
  type        = string
  default     = "web"
}

variable "desired_count" {
  description = "Number of tasks. An output for the deploy, which sets it together with the image."
  type        = number

  validation {
    condition     = var.desired_count >= 1
    error_message = "desired_count must be at least 1."
  }
}

variable "cpu" {
  description = "CPU units of a task. 1024 units are one vCPU."
  type        = number
}

variable "memory" {
  description = "Memory of a task, in MiB."
  type        = number
}

variable "deregistration_delay" {
  description = "Seconds that an old task has to finish its requests."
  type        = number
}

variable "container_insights" {
  description = "Whether CloudWatch collects metrics of each task (it costs)."
  type        = bool
  default     = false
}

variable "pull_accounts" {
  description = "AWS accounts that may pull the service's images. In stage: prod's account."
  type        = list(string)
  default     = []
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the service's roles, the same as in `../account`. Without it the deploy may not create the roles."
  type        = string
  default     = "arn:aws:iam::aws:policy/PowerUserAccess"
}

variable "force_delete" {
  description = "Whether `terraform destroy` may delete the repository together with its images."
  type        = bool
  default     = false
}

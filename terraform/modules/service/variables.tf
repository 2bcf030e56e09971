variable "name" {
  description = "Name of the service, its repository, its container and its task definition family. Unique in an account and region."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "The name needs 2 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "cluster_arn" {
  description = "ARN of the ECS cluster. (With a name, Terraform would replace a service that was imported.)"
  type        = string
}

variable "vpc_id" {
  description = "The VPC of the tasks."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the tasks."
  type        = list(string)
}

variable "assign_public_ip" {
  description = "Whether tasks get a public IP address. In public subnets without a NAT gateway they need one to pull their image."
  type        = bool
  default     = false
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener."
  type        = string
}

variable "load_balancer_security_group_id" {
  description = "Security group of the load balancer."
  type        = string
}

variable "priority" {
  description = "Priority of the service's rule at the listener, different for each service."
  type        = number
  default     = 100
}

variable "path_patterns" {
  description = "Path patterns that are routed to the service, at most five."
  type        = list(string)
  default     = ["/*"]
}

variable "container_port" {
  description = "Port that the service listens on. It cannot be changed later: ECS does not change it while tasks run."
  type        = number
  default     = 8080
}

variable "environment" {
  description = "Environment variables of the container. Everyone who may read task definitions can read them: use `secrets` for secrets."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = <<-EOT
    Environment variables that ECS fills in when a task starts: the ARN of a parameter in SSM or of a secret in Secrets
    Manager, for the latter also with `:key:stage:version` after it. The values never reach Terraform or the deploy.
  EOT
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for arn in values(var.secrets) :
      can(regex("^arn:[a-z-]+:(ssm:[a-z0-9-]+:[0-9]{12}:parameter/[^*?]+|secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^*?:]+(:[^*?:]*){0,3})$", arn))
    ])
    error_message = "secrets are ARNs in full: arn:aws:ssm:REGION:ACCOUNT:parameter/NAME or arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX."
  }

  validation {
    condition     = alltrue([for name in keys(var.secrets) : !contains(keys(var.environment), name)])
    error_message = "A variable is either in environment or in secrets: ECS refuses a container that has it in both."
  }
}

variable "secrets_kms_key_arns" {
  description = "Your own KMS keys that `secrets` are encrypted with. AWS managed keys need not be listed."
  type        = list(string)
  default     = []
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the service's roles. Required if your own role may create roles only with a boundary."
  type        = string
  default     = null
}

variable "cpu" {
  description = "CPU units of a task. 1024 units are one vCPU."
  type        = number
  default     = 256
}

variable "memory" {
  description = "Memory of a task, in MiB."
  type        = number
  default     = 512
}

variable "health_check_path" {
  description = "Path that answers 200 when the service can work."
  type        = string
  default     = "/healthz"
}

variable "health_check_interval" {
  description = "Seconds between health checks, at least 5."
  type        = number
  default     = 5
}

variable "health_check_grace_period" {
  description = "Seconds after the start of a task in which failed health checks do not count."
  type        = number
  default     = 30
}

variable "deregistration_delay" {
  description = "Seconds that an old task has to finish its requests. Longer than your longest request. Each deploy takes that much longer."
  type        = number
  default     = 30
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

variable "pull_accounts" {
  description = "AWS accounts that may pull this service's images, such as prod's account."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.pull_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "pull_accounts are account numbers: twelve digits each, in quotes."
  }
}

variable "keep_images" {
  description = "Number of images that the repository keeps, the newest first. Each build is one image, however many tags it has. Images that run, or that you may roll back to, must be among them."
  type        = number
  default     = 500

  validation {
    condition     = var.keep_images >= 50 && floor(var.keep_images) == var.keep_images
    error_message = "keep_images is at least 50: an image that still runs must not expire, or its tasks cannot be started again."
  }
}

variable "force_delete" {
  description = "Whether `terraform destroy` may delete a repository with images."
  type        = bool
  default     = false
}

variable "name" {
  description = "Name of the service. Its repository, container and family are called so too: one of the name in an account and region."
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
  description = "Whether tasks get a public address. In public subnets without a NAT gateway they need one to pull their image."
  type        = bool
  default     = false
}

variable "listener_arn" {
  description = "The load balancer's listener."
  type        = string
}

variable "load_balancer_security_group_id" {
  description = "The security group that the load balancer's requests come from."
  type        = string
}

variable "priority" {
  description = "Priority of the service's rule at the listener; each service needs one of its own."
  type        = number
  default     = 100
}

variable "path_patterns" {
  description = "Paths that the service answers, at most five."
  type        = list(string)
  default     = ["/*"]
}

variable "container_port" {
  description = "The port that the service listens on. It stays as it is: ECS does not change it under running tasks."
  type        = number
  default     = 8080
}

variable "environment" {
  description = "Environment variables of the container, readable by all who may look at task definitions. For others see `secrets`."
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
  description = "KMS keys of your own that `secrets` are encrypted with. AWS's own keys need not be named."
  type        = list(string)
  default     = []
}

variable "permissions_boundary" {
  description = "ARN of a policy that the service's roles cannot exceed, whatever is put into them. Whoever may make roles only with a boundary needs it here."
  type        = string
  default     = null
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one CPU."
  type        = number
  default     = 256
}

variable "memory" {
  description = "Memory of a task, in MiB."
  type        = number
  default     = 512
}

variable "health_check_path" {
  description = "The path that answers 200 when the service can do its work."
  type        = string
  default     = "/healthz"
}

variable "health_check_interval" {
  description = "Seconds between health checks, at least 5."
  type        = number
  default     = 5
}

variable "health_check_grace_period" {
  description = "Seconds that a new task may take until failed health checks count."
  type        = number
  default     = 30
}

variable "deregistration_delay" {
  description = "Seconds that an old task has to finish its requests. Longer than your longest request; it prolongs every deploy."
  type        = number
  default     = 30
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
}

variable "pull_accounts" {
  description = "AWS accounts that may pull this service's images, such as prod's, which takes over what stage ran."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.pull_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "pull_accounts are account numbers: twelve digits each, in quotes."
  }
}

variable "keep_images" {
  description = "How many images the repository keeps, the newest. Each build is one, however many tags it has; what still runs or may be rolled back to has to be among them."
  type        = number
  default     = 500

  validation {
    condition     = var.keep_images >= 50 && floor(var.keep_images) == var.keep_images
    error_message = "keep_images is at least 50: an image that still runs must not expire, or its tasks cannot be started again."
  }
}

variable "force_delete" {
  description = "Whether the repository may be destroyed while it holds images."
  type        = bool
  default     = false
}

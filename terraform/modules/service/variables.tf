variable "name" {
  description = "Name of the service. Its repository, container, family and target group are called so too."
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
  description = "The port that the service listens on."
  type        = number
  default     = 8080
}

variable "environment" {
  description = "Environment variables of the container. For secrets use the task definition's `secrets` instead."
  type        = map(string)
  default     = {}
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

variable "force_delete" {
  description = "Whether the repository may be destroyed while it holds images."
  type        = bool
  default     = false
}

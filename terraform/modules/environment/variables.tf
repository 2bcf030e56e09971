variable "name" {
  description = "Name of the environment, such as `stage`, of its cluster and of its load balancer."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name)) && !startswith(var.name, "internal-")
    error_message = "The name needs 2 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "vpc_id" {
  description = "The VPC of the load balancer."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets of the load balancer, in at least two Availability Zones."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "An Application Load Balancer needs subnets in at least two Availability Zones."
  }
}

variable "container_insights" {
  description = "Whether CloudWatch collects metrics of each task (it costs)."
  type        = bool
  default     = false
}

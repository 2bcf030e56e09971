# What the later steps of the workflow use.

output "cluster" {
  description = "Name of the ECS cluster."
  value       = module.environment.cluster
}

output "service" {
  description = "Name of the ECS service."
  value       = module.service.name
}

output "template" {
  description = "Task definition family that deploys copy."
  value       = module.service.template
}

output "container" {
  description = "Container whose image deploys set."
  value       = module.service.container
}

output "repository" {
  description = "URL of the image repository."
  value       = module.service.repository_url
}

output "desired_count" {
  description = "Number of tasks, for the deploy."
  value       = var.desired_count
}

output "autoscaling" {
  description = "Whether autoscaling sets the number of tasks. If true, deploys never lower it."
  value       = false
}

output "url" {
  description = "URL of the service."
  value       = "http://${module.environment.load_balancer_dns_name}/"
}

# What the later steps of the workflow ask for.

output "cluster" {
  description = "Name of the ECS cluster."
  value       = module.environment.cluster
}

output "service" {
  description = "Name of the ECS service."
  value       = module.service.name
}

output "template" {
  description = "Family of the task definition that deploys clone."
  value       = module.service.template
}

output "container" {
  description = "The container that gets the image."
  value       = module.service.container
}

output "repository" {
  description = "Where the service's images go."
  value       = module.service.repository_url
}

output "desired_count" {
  description = "How many tasks the deploy should let run."
  value       = var.desired_count
}

output "url" {
  description = "Where the service answers."
  value       = "http://${module.environment.load_balancer_dns_name}/"
}

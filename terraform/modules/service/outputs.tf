output "name" {
  description = "Name of the ECS service."
  value       = aws_ecs_service.this.name
}

output "template" {
  description = "Family of the task definition that deploys clone."
  value       = aws_ecs_task_definition.template.family
}

output "container" {
  description = "Name of the container that deploys give a new image."
  value       = var.name
}

output "repository_url" {
  description = "Where the service's images go."
  value       = aws_ecr_repository.this.repository_url
}

output "task_role_name" {
  description = "The role of the service itself, to give policies to, such as an `aws_iam_role_policy`."
  value       = aws_iam_role.task.name
}

output "name" {
  description = "Name of the ECS service."
  value       = aws_ecs_service.this.name
}

output "template" {
  description = "Task definition family that deploys copy."
  value       = aws_ecs_task_definition.template.family
}

output "container" {
  description = "Name of the container whose image deploys set."
  value       = var.name
}

output "repository_url" {
  description = "URL of the image repository."
  value       = aws_ecr_repository.this.repository_url
}

output "task_role_name" {
  description = "Name of the task role, to attach policies to."
  value       = aws_iam_role.task.name
}

output "cluster" {
  description = "Name of the ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "cluster_arn" {
  description = "ARN of the ECS cluster."
  value       = aws_ecs_cluster.this.arn
}

output "listener_arn" {
  description = "ARN of the HTTP listener that services add rules to."
  value       = aws_lb_listener.http.arn
}

output "load_balancer_security_group_id" {
  description = "Security group of the load balancer."
  value       = aws_security_group.load_balancer.id
}

output "load_balancer_dns_name" {
  description = "URL of the load balancer."
  value       = aws_lb.this.dns_name
}

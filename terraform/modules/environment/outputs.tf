output "cluster" {
  description = "Name of the ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "cluster_arn" {
  description = "ARN of the ECS cluster."
  value       = aws_ecs_cluster.this.arn
}

output "listener_arn" {
  description = "The HTTP listener, to which services add their rules."
  value       = aws_lb_listener.http.arn
}

output "load_balancer_security_group_id" {
  description = "Where the requests that services get come from."
  value       = aws_security_group.load_balancer.id
}

output "load_balancer_dns_name" {
  description = "Where the load balancer answers."
  value       = aws_lb.this.dns_name
}

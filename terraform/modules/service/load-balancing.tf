# The name has a hash of the service's cluster and VPC, as names of target groups are unique in an account: the same service
# can be in two clusters, and after a change of the VPC the new target group exists before the rule stops using the old one.
resource "aws_lb_target_group" "this" {
  name                 = "${trimsuffix(substr(var.name, 0, 23), "-")}-${substr(sha256("${var.cluster_arn} ${var.name} ${var.vpc_id}"), 0, 8)}"
  protocol             = "HTTP"
  port                 = var.container_port
  target_type          = "ip"
  vpc_id               = var.vpc_id
  deregistration_delay = var.deregistration_delay

  health_check {
    path                = var.health_check_path
    matcher             = "200"
    interval            = var.health_check_interval
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [port]

    # Refuses this in the plan. The apply would close the old port to the load balancer before ECS refuses the new one, which the
    # running tasks do not have.
    postcondition {
      condition     = self.port == var.container_port
      error_message = "The service ${var.name} was created with container_port ${self.port}, and ECS cannot change it to ${var.container_port} while tasks run. Listen on ${self.port}, or create a service with another name and move path_patterns to it."
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  listener_arn = var.listener_arn
  priority     = var.priority

  action {
    type = "forward"

    # Rather than the shorter `target_group_arn`: after an import Terraform would find that changed, twice.
    forward {
      target_group {
        arn = aws_lb_target_group.this.arn
      }
    }
  }

  condition {
    path_pattern {
      values = var.path_patterns
    }
  }
}

resource "aws_security_group" "tasks" {
  name        = "${local.cluster}-${var.name}-tasks"
  description = "Tasks of ${var.name}: requests from the load balancer only"
  vpc_id      = var.vpc_id

  ingress {
    description     = "From the load balancer"
    protocol        = "tcp"
    from_port       = var.container_port
    to_port         = var.container_port
    security_groups = [var.load_balancer_security_group_id]
  }

  egress {
    description = "To pull the image, to write logs, and to whatever the service calls"
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

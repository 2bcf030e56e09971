resource "aws_lb_target_group" "this" {
  name                 = var.name
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

# One web service: an image repository, a rule at the load balancer, and an ECS service.

resource "aws_ecr_repository" "this" {
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.force_delete

  image_scanning_configuration {
    scan_on_push = true
  }
}

# ECR does not know which images are in use: the ones it keeps must include every image that may still run, and every one to
# roll back to. The images of a multi-platform index have no tag; ECR keeps them as long as the index.
resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Pushes that never got a tag, 14 days after"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "All but the newest ${var.keep_images} images"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.keep_images }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${local.cluster}/${var.name}"
  retention_in_days = var.log_retention_days
}

# Terraform owns this template. Each deploy copies it to the family `<name>`, with the image that was built. So a change of
# environment, CPU or memory here ships with the next deploy, and Terraform never undoes a deploy. No task runs from the
# template itself, so its image need not exist.
resource "aws_ecs_task_definition" "template" {
  family                   = "${var.name}-template"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  # A service whose first deploy failed is set back to the revision that it was created from. That revision must still exist.
  skip_destroy = true

  container_definitions = jsonencode([{
    name        = var.name
    image       = "${aws_ecr_repository.this.repository_url}:none"
    essential   = true
    environment = [for name in sort(keys(var.environment)) : { name = name, value = var.environment[name] }]
    secrets     = [for name in sort(keys(var.secrets)) : { name = name, valueFrom = var.secrets[name] }]

    portMappings = [{
      containerPort = var.container_port
      hostPort      = var.container_port
      protocol      = "tcp"
    }]

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = var.name
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.template.arn
  launch_type     = "FARGATE"

  # A new service has no tasks until its first deploy, which sets both the image and the number of tasks.
  desired_count = 0

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = var.health_check_grace_period

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = var.assign_public_ip
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = var.name
    container_port   = var.container_port
  }

  lifecycle {
    # Deploys own both.
    ignore_changes = [task_definition, desired_count]
  }

  # ECS refuses a target group that no listener forwards to.
  depends_on = [aws_lb_listener_rule.this]
}

data "aws_region" "current" {}

locals {
  cluster = element(split("/", var.cluster_arn), 1)
}

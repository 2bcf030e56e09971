# The infrastructure of the service. Stage and prod use the same modules. They differ only in `<environment>.tfvars`: in keys,
# sizes and counts.

provider "aws" {
  default_tags {
    tags = {
      environment = var.environment
      managed-by  = "terraform"
      service     = var.service
    }
  }
}

# Each account's default VPC is good enough to begin with. Its subnets are public, so tasks get public addresses.
data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }

  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

module "environment" {
  source = "../../../terraform/modules/environment"

  name               = var.environment
  vpc_id             = data.aws_vpc.default.id
  subnet_ids         = data.aws_subnets.default.ids
  container_insights = var.container_insights
}

module "service" {
  source = "../../../terraform/modules/service"

  name           = var.service
  cluster_arn    = module.environment.cluster_arn
  container_port = local.port
  cpu            = var.cpu
  memory         = var.memory

  vpc_id                          = data.aws_vpc.default.id
  subnet_ids                      = data.aws_subnets.default.ids
  assign_public_ip                = true
  listener_arn                    = module.environment.listener_arn
  load_balancer_security_group_id = module.environment.load_balancer_security_group_id
  deregistration_delay            = var.deregistration_delay
  force_delete                    = var.force_delete
  pull_accounts                   = var.pull_accounts
  permissions_boundary            = var.permissions_boundary

  environment = {
    ENVIRONMENT = var.environment
    PORT        = tostring(local.port)
  }
}

locals {
  # The port that the service listens on, for the load balancer and for the container's variable PORT.
  port = 8080
}

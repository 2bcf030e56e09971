terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket and key are given to `terraform init`, as they differ from environment to environment:
  #   -backend-config=bucket=… -backend-config=key=web/stage.tfstate
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

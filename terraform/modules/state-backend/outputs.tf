output "bucket" {
  description = "Name of the bucket, for the `backend` block and for `state` of the module ci-access."
  value       = aws_s3_bucket.this.id
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "region" {
  description = "Region of the bucket, for the `backend` block."
  value       = aws_s3_bucket.this.region
}

variable "bucket" {
  description = "Name of the bucket. It is unique in all of AWS, so put your organization's name and the account's number into it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "The name needs 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit."
  }
}

variable "kms_key_arn" {
  description = "ARN of a key of your own that S3 encrypts with by default. Name it in each `backend` block too, as `kms_key_id`: with `encrypt = true` alone Terraform asks for S3's own encryption. Without a key, there is only that."
  type        = string
  default     = null
}

variable "bucket" {
  description = "Name of the bucket. It must be unique in all of AWS: use your organization's name and the account's number."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "The name needs 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit."
  }
}

variable "kms_key_arn" {
  description = "ARN of your own KMS key for the bucket's default encryption. Name it in each `backend` block too, as `kms_key_id`: `encrypt = true` alone requests S3's own encryption. Default: S3's own encryption."
  type        = string
  default     = null
}

variable "old_lock_days" {
  description = "Days after which old versions of locks expire: of all objects under 1 KiB. Larger ones, the states, are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.old_lock_days >= 1 && floor(var.old_lock_days) == var.old_lock_days
    error_message = "old_lock_days is a whole number of days, at least 1."
  }
}

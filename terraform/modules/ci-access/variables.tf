variable "repository" {
  description = "GitHub repository whose workflows deploy, as `owner/name`, in GitHub's own spelling."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.repository))
    error_message = "Write the repository as owner/name, without wildcards: a pattern could match another owner's repository."
  }
}

variable "owner_id" {
  description = "ID of the repository's owner: `gh api repos/OWNER/NAME --jq .owner.id`. With it and `repository_id`, another owner of the same name is not trusted."
  type        = string
  default     = null

  validation {
    condition     = var.owner_id == null || can(regex("^[0-9]+$", var.owner_id))
    error_message = "owner_id is a number. Get it with: gh api repos/OWNER/NAME --jq .owner.id"
  }

  validation {
    condition     = (var.owner_id == null) == (var.repository_id == null)
    error_message = "Give both owner_id and repository_id, or neither: GitHub writes both into a token, or neither."
  }
}

variable "repository_id" {
  description = "ID of the repository: `gh api repos/OWNER/NAME --jq .id`. Only if its tokens have the IDs in `sub`, and together with `owner_id`."
  type        = string
  default     = null

  validation {
    condition     = var.repository_id == null || can(regex("^[0-9]+$", var.repository_id))
    error_message = "repository_id is a number. Get it with: gh api repos/OWNER/NAME --jq .id"
  }
}

variable "environments" {
  description = <<-EOT
    Roles of this account, by the name of their environment. Each role trusts the jobs of:
    `github_environments` (default: the one of the same name, unless one of the next four is set), `branches`, `tags`
    (patterns such as `v*`; for jobs without `environment:`), and with `pull_requests` all pull requests from branches of the
    repository. Use that only for a role that reads. `trusted_roles` (ARNs) may assume it too, without GitHub's token, such as
    the role of a login account.
    Each role may deploy to `clusters`, read the logs of tasks in `log_groups` (default: `/ecs/CLUSTER/*`), push to
    `repositories`, pull from the repositories `pull_from` of other accounts (ARNs; those have to allow it too), pass the roles
    `pass_roles` to tasks and `infrastructure_roles` to ECS itself (for EBS volumes and lifecycle hooks), check that the
    `secrets` of Secrets Manager exist (their values are never read), and use the Terraform `state` with these `keys` in a
    bucket, with the KMS key that it is encrypted with, if it is your own. With `read_only` it reads and locks the state, for
    plans. `workspace_key_prefix` is that of the backend. Names are in full, or all below a folder: `web/*`.
    `policy_arns` are for what your Terraform manages.
  EOT
  type = map(object({
    github_environments  = optional(list(string))
    branches             = optional(list(string), [])
    tags                 = optional(list(string), [])
    pull_requests        = optional(bool, false)
    trusted_roles        = optional(list(string), [])
    clusters             = optional(list(string), [])
    repositories         = optional(list(string), [])
    pull_from            = optional(list(string), [])
    pass_roles           = optional(list(string), [])
    infrastructure_roles = optional(list(string), [])
    log_groups           = optional(list(string))
    secrets              = optional(list(string), [])
    policy_arns          = optional(list(string), [])
    state = optional(object({
      bucket               = string
      keys                 = list(string)
      kms_key_arn          = optional(string)
      read_only            = optional(bool, false)
      workspace_key_prefix = optional(string, "env:")
    }))
    max_session_duration = optional(number, 3600)
  }))

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for ref in concat(environment.branches, environment.tags) : can(regex("^[^*?:\\s][^:\\s]*$", ref))
      ]
    ]))
    error_message = "A branch or tag must not begin with a wildcard or contain a colon: `main`, `release/*`, `v*`. One that begins with `*` would trust every branch."
  }

  # IAM looks at the key itself: a policy for an alias allows nothing.
  validation {
    condition = alltrue([
      for environment in values(var.environments) :
      can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", environment.state.kms_key_arn))
      if try(environment.state.kms_key_arn, null) != null
    ])
    error_message = "state.kms_key_arn is the ARN of a key, not of an alias: arn:aws:kms:REGION:ACCOUNT:key/ID."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for name in coalesce(environment.github_environments, []) : can(regex("^[^*?:\\s]+$", name))
      ]
    ]))
    error_message = "GitHub environments are named in full, without wildcards."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for arn in environment.trusted_roles : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*?]+$", arn))
      ]
    ]))
    error_message = "trusted_roles are ARNs of roles in full: arn:aws:iam::ACCOUNT:role/NAME."
  }

  validation {
    condition = alltrue([
      for environment in values(var.environments) :
      environment.github_environments == null || environment.pull_requests ||
      length(concat(coalesce(environment.github_environments, []), environment.branches, environment.tags, environment.trusted_roles)) > 0
    ])
    error_message = "No job could assume the role: name a GitHub environment, a branch, a tag or a trusted role, or set pull_requests."
  }

  validation {
    condition = alltrue([
      for environment in values(var.environments) : !environment.pull_requests || length(concat(
        environment.clusters, environment.repositories, environment.pass_roles, environment.infrastructure_roles
      )) == 0
    ])
    error_message = "A role that pull requests can assume must not deploy: everyone who can push a branch could deploy. Use another role for pull requests, without clusters, repositories, pass_roles and infrastructure_roles."
  }

  validation {
    condition = alltrue([
      for environment in values(var.environments) : length(environment.clusters) > 0 || length(concat(
        environment.pass_roles, environment.infrastructure_roles, environment.secrets, coalesce(environment.log_groups, [])
      )) == 0
    ])
    error_message = "pass_roles, infrastructure_roles, secrets and log_groups are for deploys: name the clusters, too."
  }

  # Who writes a state decides what the next apply destroys, creates and reads.
  validation {
    condition = alltrue([
      for environment in values(var.environments) : !environment.pull_requests || try(environment.state.read_only, true)
    ])
    error_message = "A role that pull requests can assume must not write Terraform's state: that is deploying. Set state.read_only = true, which allows plans."
  }

  # Policies of your own cannot be read here.
  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for arn in environment.policy_arns :
        !can(regex("^arn:[a-z-]+:iam::aws:", arn)) || can(regex("(ReadOnlyAccess|ViewOnlyAccess|/SecurityAudit)$", arn))
      ] if environment.pull_requests
    ]))
    error_message = "A role that pull requests can assume may have only those policies of AWS that read: ReadOnlyAccess, ViewOnlyAccess, SecurityAudit, or one whose name ends in ReadOnlyAccess."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for cluster in environment.clusters : can(regex("^[A-Za-z0-9_-]+$", cluster))
      ]
    ]))
    error_message = "clusters are names in full, without wildcards: a pattern would match other clusters, and those that are created later."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for repository in environment.repositories : can(regex("^[a-z0-9][a-z0-9._/-]*[a-z0-9](/\\*)?$", repository))
      ]
    ]))
    error_message = "repositories are names in full, such as `web`, or all below a folder, such as `web/*`. `web*` would match the repository `web-admin`, and `*` all of the account."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for role in concat(environment.pass_roles, environment.infrastructure_roles) :
        can(regex("^[A-Za-z0-9_+=,.@-]+(/[A-Za-z0-9_+=,.@-]+)*(/\\*)?$", role))
      ]
    ]))
    error_message = "pass_roles and infrastructure_roles are names in full, such as `prod-web-task`, or all below a path, such as `web/*`. `prod-web-*` would match the roles of a service `web-admin`, and `*` every role, also one of an administrator."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for name in concat(environment.secrets, coalesce(environment.log_groups, [])) :
        can(regex("^[A-Za-z0-9_+=.@#/-]*[A-Za-z0-9_+=.@#-](/\\*)?$", name))
      ]
    ]))
    error_message = "secrets and log_groups are names in full, such as `/ecs/prod/web`, or all below a folder, such as `/ecs/prod/*`."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for key in environment.state.keys : can(regex("^[^*?$/]([^*?$]*[^*?$/])?(/\\*)?$", key))
      ] if environment.state != null
    ]))
    error_message = "state.keys are keys in full, as in the backend, such as `web/prod.tfstate`, or all below a folder, such as `web/prod/*`. `web/prod*` would match `web/production.tfstate`."
  }

  validation {
    condition = alltrue([
      for environment in values(var.environments) : length(environment.state.keys) > 0 && can(regex("^[a-z0-9][a-z0-9.-]+[a-z0-9]$", environment.state.bucket))
      if environment.state != null
    ])
    error_message = "state needs the name of one bucket, and at least one key."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.environments) : [
        for arn in environment.pull_from : can(regex("^arn:[a-z-]+:ecr:[a-z0-9-]+:[0-9]{12}:repository/[^*?]+$", arn))
      ]
    ]))
    error_message = "pull_from are ARNs of repositories in full: arn:aws:ecr:REGION:ACCOUNT:repository/NAME."
  }

  validation {
    condition = alltrue([
      for environment in values(var.environments) : length(environment.pull_from) == 0 || length(environment.repositories) > 0
    ])
    error_message = "What is pulled from another account is copied into a repository of this one: name that in repositories."
  }

  validation {
    condition     = alltrue([for environment in values(var.environments) : environment.max_session_duration >= 3600 && environment.max_session_duration <= 43200])
    error_message = "max_session_duration is from 3600 to 43200 seconds."
  }

  validation {
    condition     = alltrue([for name in keys(var.environments) : can(regex("^[A-Za-z0-9_-]{1,32}$", name))])
    error_message = "Names of environments become names of roles: up to 32 letters, digits, hyphens and underscores."
  }
}

variable "create_provider" {
  description = "Whether to create GitHub's OpenID Connect provider. An account can have only one: `false` if it exists."
  type        = bool
  default     = true
}

variable "role_name_prefix" {
  description = "Prefix of the roles' names. Default: the repository's name and `-deploy-`."
  type        = string
  default     = null
}

variable "permissions_boundary" {
  description = "ARN of a policy that no role can exceed, whatever is attached to it."
  type        = string
  default     = null
}

import type { InputReader } from '../../../../toolkit/inputs.ts'

// Inputs of other Terraform actions that have another name here, or no meaning. If we ignored them, a workflow that moves over
// would plan another root module, plan with other values, or apply without the approval that it relies on.
const OF_SETUP_TERRAFORM: Readonly<Record<string, string>> = {
  terraform_version: 'Use `terraform-version`.',
  terraform_version_file:
    'Remove it: `.terraform-version` is read automatically, in `working-directory` and in the folders above it.',
  terraform_wrapper: 'Remove it: this action has no wrapper, and sets every Terraform output as a step output.',
  cli_config_credentials_hostname: 'Use the environment variable `TF_TOKEN_<host>`, with `_` for each dot of the host.',
  cli_config_credentials_token: 'Use the environment variable `TF_TOKEN_app_terraform_io`.',
}

const AUTO_APPROVE =
  'Use `approved-plan: pull-request` with a `fingerprint-key` in place of `false`, the default of dflook/terraform-apply. In place of `true` set nothing: without `approved-plan` this action applies the plan that it shows.'

const OF_DFLOOK: Readonly<Record<string, string>> = {
  path: 'Use `working-directory`.',
  label: 'Use `environment`.',
  var: 'Use `variables`, with one `name = "value"` on each line.',
  var_file:
    "Use `var-file`, with paths relative to `working-directory` (in dflook's actions they are relative to the workspace).",
  backend_config: 'Use `backend-config`.',
  backend_config_file:
    "Use `backend-config-file`, with paths relative to `working-directory` (in dflook's actions they are relative to the workspace).",
  exclude: 'Use `target`, with the addresses that the plan is limited to.',
  plan_path: 'Use `plan-file`, with the output `plan-file` of the step that planned.',
  add_github_comment: 'Use `comment`: `true` keeps one comment, updated in place.',
  lock_id: 'Use `lock-id`, with `command: unlock`.',
  backend_type: 'Use `command: plan` in the root module: this action reads no state without one.',
  test_directory: 'Run `terraform test` in a step of your own: this action runs no tests.',
  test_filter: 'Run `terraform test` in a step of your own: this action runs no tests.',
}

// A workflow that relies on dflook's default does not set `auto_approve`, so any of its other inputs has to bring this up.
const APPROVAL =
  ' Also use `approved-plan: pull-request`, to apply only what was approved on the pull request: without it, this action applies the plan that it shows.'

/** The inputs of other actions by name, with what to use instead. `false` is a value too: in some of them it has a meaning. */
export function peerInputs(reader: InputReader): Readonly<Record<string, string>> {
  const applies = (reader.text('command') ?? 'apply') === 'apply'
  const approval = applies && reader.text('approved-plan') === undefined ? APPROVAL : ''
  const ofDflook = Object.entries(OF_DFLOOK).map(([name, hint]) => [name, hint + approval])
  return { auto_approve: AUTO_APPROVE, ...Object.fromEntries(ofDflook), ...OF_SETUP_TERRAFORM }
}

import type { InputReader } from '../../../../toolkit/inputs.ts'

// Inputs of the actions that people come from, which go by another name here or have no meaning. Dropped in silence, another
// root module would be planned, or with other values, or applied without the approval that was counted on.
const OF_SETUP_TERRAFORM: Readonly<Record<string, string>> = {
  terraform_version: 'Use `terraform-version`.',
  terraform_version_file:
    'Remove it: `.terraform-version` is read without being asked for, in `working-directory` and in the folders above.',
  terraform_wrapper: 'Remove it: nothing is wrapped here, and every Terraform output is an output of the step.',
  cli_config_credentials_hostname: 'Use the environment variable `TF_TOKEN_<host>`, with `_` for each dot of the host.',
  cli_config_credentials_token: 'Use the environment variable `TF_TOKEN_app_terraform_io`.',
}

const AUTO_APPROVE =
  'Use `approved-plan: pull-request` with a `fingerprint-key` for their `false`, which is their default. Their `true` is what this action does without `approved-plan`: then remove it.'

const OF_DFLOOK: Readonly<Record<string, string>> = {
  path: 'Use `working-directory`.',
  label: 'Use `environment`.',
  var: 'Use `variables`, with one `name = "value"` on each line.',
  var_file: 'Use `var-file`, with paths relative to `working-directory`: theirs are relative to the workspace.',
  backend_config: 'Use `backend-config`.',
  backend_config_file:
    'Use `backend-config-file`, with paths relative to `working-directory`: theirs are relative to the workspace.',
  plan_path: 'Use `plan-file`, with the output `plan-file` of the step that planned.',
  add_github_comment: 'Use `comment`: with `true` it is one comment, updated in place.',
}

// Whoever moves over with their default gives no `auto_approve`, so any other input of theirs has to be the occasion.
const APPROVAL =
  ' And use `approved-plan: pull-request` to go on applying only what was approved there: without it, this action applies the plan that it shows.'

/** What to write instead of the inputs of other actions, by name; `false` means something in some of them, too. */
export function peerInputs(read: InputReader): Readonly<Record<string, string>> {
  const applies = (read.text('command') ?? 'apply') === 'apply'
  const approval = applies && read.text('approved-plan') === undefined ? APPROVAL : ''
  const ofDflook = Object.entries(OF_DFLOOK).map(([name, hint]) => [name, hint + approval])
  return { auto_approve: AUTO_APPROVE, ...Object.fromEntries(ofDflook), ...OF_SETUP_TERRAFORM }
}

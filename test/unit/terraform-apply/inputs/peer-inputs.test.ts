// Inputs of other Terraform actions, in workflows that move over to this one.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { readInputs } from '../../../../actions/terraform-apply/src/inputs/inputs.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'

const refusal = (given: Readonly<Record<string, string>>): string => {
  try {
    readInputs({ GITHUB_WORKSPACE: import.meta.dirname, ...actionInputs('terraform-apply', given) })
  } catch (error) {
    return describeError(error)
  }
  throw new Error('It was not refused.')
}

// All inputs of dflook/terraform-plan and terraform-apply, and of hashicorp/setup-terraform, by their names there.
const OF_THE_PEERS = {
  dflook: `path workspace label variables var var_file backend_config backend_config_file replace target destroy refresh
    plan_path auto_approve add_github_comment parallelism`,
  setup: `cli_config_credentials_hostname cli_config_credentials_token terraform_version terraform_version_file
    terraform_wrapper`,
}
const action = parse(
  readFileSync(new URL('../../../../actions/terraform-apply/action.yml', import.meta.url), 'utf8'),
) as {
  readonly inputs: Readonly<Record<string, unknown>>
}
const theirs = Object.values(OF_THE_PEERS).join(' ').split(/\s+/)

test.each(theirs.filter((name) => !(name in action.inputs)))('refuses %s, and says what to use instead', (name) => {
  for (const value of ['x', 'true', 'false']) {
    expect(refusal({ [name]: value })).toMatch(
      new RegExp(`^Input \`${name}\` is not one of this action\\.\nNext: (Use|Remove) `),
    )
  }
})

test('names only inputs of this action as replacements', () => {
  for (const name of theirs.filter((it) => !(it in action.inputs))) {
    const [, instead = ''] = /Use `([\w-]+)/.exec(refusal({ [name]: 'x' })) ?? []
    if (instead !== '') expect(Object.keys(action.inputs)).toContain(instead)
  }
})

describe("dflook's default of applying only what was approved on the pull request", () => {
  const approval = 'use `approved-plan: pull-request`, to apply only what was approved on the pull request'

  test.each(['path', 'label', 'var_file'])('is mentioned when the input %s is refused', (name) => {
    expect(refusal({ [name]: 'infra' })).toContain(approval)
    expect(refusal({ [name]: 'infra', command: 'apply' })).toContain(approval)
  })

  test.each([{ 'approved-plan': 'pull-request' }, { command: 'plan' }])('is not mentioned with %j', (given) => {
    expect(refusal({ path: 'infra', ...given })).not.toContain(approval)
  })

  test.each(['true', 'false'])('has to be chosen in place of `auto_approve: %s`', (value) => {
    expect(refusal({ auto_approve: value, path: 'infra' })).toContain(
      'Use `approved-plan: pull-request` with a `fingerprint-key` in place of `false`',
    )
  })
})

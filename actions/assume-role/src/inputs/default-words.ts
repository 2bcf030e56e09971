import type { DefaultWords } from '../../../../toolkit/inputs.ts'

/** Inputs that may not be given empty, with their defaults in action.yml. */
export const DEFAULT_WORDS: DefaultWords = {
  'aws-region': 'AWS_REGION',
  'web-identity-token-file': 'none',
  'use-existing-credentials': 'false',
  'custom-tags': 'none',
  'output-env-credentials': 'true',
  'clear-aws-profile': 'false',
  'role-duration-seconds': '3600',
  'role-chaining': 'false',
  audience: 'sts.amazonaws.com',
  'allowed-account-ids': 'any',
  'role-external-id': 'none',
  'role-skip-session-tagging': 'false',
  'transitive-tag-keys': 'none',
  'inline-session-policy': 'none',
  'managed-session-policies': 'none',
  'mask-aws-account-id': 'false',
  'output-credentials': 'false',
}

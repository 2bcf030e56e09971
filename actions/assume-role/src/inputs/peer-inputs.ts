// Inputs of aws-actions/configure-aws-credentials that this action does not have. They are refused: ignored, the steps that follow
// would have other credentials than the workflow asks for.
const KEYS =
  'Set `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary keys, `AWS_SESSION_TOKEN` under `env:` of this step, and `role-chaining: true`.'
const PROFILE =
  'Remove it: this action writes no profile. It exports the credentials, or sets them as outputs with `output-credentials: true`, for `aws configure set --profile NAME …` in a step of your own.'
const RETRIES = 'Remove it: calls that failed because of AWS, GitHub or the network are tried 5 times within a minute.'

/** What to do instead, by name. */
export const PEER_INPUTS: Readonly<Record<string, string>> = {
  'aws-access-key-id': KEYS,
  'aws-secret-access-key': KEYS,
  'aws-session-token': KEYS,
  'aws-profile': PROFILE,
  'overwrite-aws-profile': PROFILE,
  'unset-current-credentials':
    'Remove it: with the OIDC token of the job the credentials of the environment are not used, and those of the role replace them.',
  'disable-retry': RETRIES,
  'retry-max-attempts': RETRIES,
  'special-characters-workaround': 'Remove it: no AWS SDK of today fails on special characters in a secret key.',
  'force-skip-oidc':
    'Use `role-chaining: true`, which assumes the role with the credentials of the environment, or `web-identity-token-file`.',
  'action-timeout-s': 'Remove it: set `timeout-minutes` of the step.',
  'sts-endpoint': 'Remove it: set `AWS_ENDPOINT_URL_STS` under `env:` of this step.',
}

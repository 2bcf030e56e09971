/**
 * The environments of the rehearsed team: an AWS account each, with a bucket for Terraform's state. Jobs assume prod's role
 * through a login account and stage's role directly, so that a rehearsal covers both ways.
 */
export const environments = {
  stage: { account: '123456789012', bucket: 'example-terraform-state' },
  prod: { account: '210987654321', bucket: 'example-terraform-state-prod', login: '333333333333' },
} as const

export type Environment = keyof typeof environments

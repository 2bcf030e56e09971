import type { DefaultWords } from '../../../../toolkit/inputs.ts'

/** Inputs that may not be given empty, with their defaults in action.yml. */
export const DEFAULT_WORDS: DefaultWords = {
  images: 'none',
  // Not a word: GitHub puts the commit in its place.
  tags: '${{ github.sha }}',
  context: '.',
  provenance: 'false',
  sbom: 'false',
  network: 'default',
  pull: 'false',
  'no-cache': 'false',
  engine: 'auto',
  reproducible: 'true',
  'skip-unchanged': 'true',
  promote: 'none',
  push: 'true',
  'aws-region': 'AWS_REGION',
  'expected-account-id': 'any',
  'create-repository': 'false',
  'repository-immutable-tags': 'false',
  'repository-scan-on-push': 'true',
  'repository-lifecycle-policy': 'none',
  'test-command': 'none',
  'max-size': 'any',
  'scan-gate': 'none',
  'scan-timeout': '5m',
}

import type { DefaultWords } from '../../../../toolkit/inputs.ts'

/** Inputs that may not be given empty, with their defaults in action.yml. */
export const DEFAULT_WORDS: DefaultWords = {
  command: 'event',
  send: 'event',
  kind: 'deploy',
  'changed-resource-type': 'configuration',
  'rolls-back': 'none',
  notify: 'none',
  baseline: 'none',
  'monitor-tags': 'auto',
  'monitor-priorities': 'any',
  'bake-time': '5m',
  prolong: '5m',
  consecutive: '2',
  'on-warn': 'hold',
  'on-no-data': 'hold',
  'on-no-monitors': 'fail',
  identifier: 'default',
  'apm-primary-tag': 'none',
  config: 'none',
  'evaluation-timeout': '3h',
  'on-error': 'warn',
  timeout: '60s',
  'dry-run': 'false',
}

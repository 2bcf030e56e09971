// Inputs of masci/datadog and of DataDog/deployment-gate-github-action that this action does not have. They are refused: ignored,
// what they hold would not be sent, or the gate would judge something else.
const EVENTS = 'Use one step for each event, with `title`, `text`, `alert-type`, `priority`, `host` and `tags`.'
const NOT_SENT =
  'Remove it: this action sends events, change events and deployments only. Send it with `curl` in a step of your own.'

/** What to do instead, by name. */
export const PEER_INPUTS: Readonly<Record<string, string>> = {
  events: EVENTS,
  'events-file': EVENTS,
  metrics: NOT_SENT,
  'metrics-file': NOT_SENT,
  'service-checks': NOT_SENT,
  'service-checks-file': NOT_SENT,
  logs: NOT_SENT,
  'logs-file': NOT_SENT,
  'log-api-url': NOT_SENT,
  'ignore-timeouts': 'Use `on-error: warn`, the default: a Datadog that does not answer is a warning.',
  'primary-tag': 'Use `apm-primary-tag`, as datadog-ci calls it.',
  scope: 'Remove it: Datadog has no scope of an evaluation. Say which gate with `service`, `env` and `identifier`.',
  'datadog-ci-version': 'Remove it: this action calls the API of Datadog by itself.',
  'fail-on-error': 'Use `on-error: fail`.',
  'fail-if-unavailable': 'Use `on-error: fail`.',
  'fail-on-empty': 'Use `on-no-monitors: fail`, the default.',
  'no-wait': 'Remove it: the gate reads monitors for `bake-time`, the deployment gate waits for `evaluation-timeout`.',
}

/** Values that ask for nothing there either. */
export const NOTHING = ['false', '[]']

// Inputs of masci/datadog and of DataDog/deployment-gate-github-action that this action does not have. They are refused: ignored,
// what they hold would not be sent, or the gate would judge something else.
const EVENTS = 'Use one step for each event, with `title`, `text`, `alert-type`, `priority`, `host` and `tags`.'
const GATE =
  'Remove it: `command: gate` watches the monitors with `monitor-tags` by itself, and evaluates no deployment gate that is configured in Datadog.'
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
  identifier: GATE,
  'primary-tag': GATE,
  scope: GATE,
  'fail-if-unavailable': 'Use `on-error: fail`.',
  'fail-on-empty': 'Use `on-no-monitors: fail`, the default.',
  'no-wait': 'Remove it: the gate reads monitors, and waits for `bake-time`.',
}

/** Values that ask for nothing there either. */
export const NOTHING = ['false', '[]']

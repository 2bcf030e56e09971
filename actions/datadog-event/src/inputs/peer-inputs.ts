// Inputs of masci/datadog that this action does not have. They are refused: ignored, what they hold would not be sent.
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
}

/** Values that ask for nothing there either. */
export const NOTHING = ['false', '[]']

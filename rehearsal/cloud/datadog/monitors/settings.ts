// A monitor's settings from the body of a request, which is as published.
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { isObject } from '../http/body.ts'
import type { MonitorType, Settings } from './monitor.ts'

const EMPTY: Omit<Settings, 'type' | 'query'> = {
  name: '',
  message: '',
  tags: [],
  priority: null,
  draft_status: 'published',
  restricted_roles: null,
  options: {},
}

/** The settings of a new monitor. */
export function newSettings(body: Members): Settings {
  return { ...EMPTY, ...given(body), type: typeOf(body), query: String(body['query']), options: optionsOf(body) }
}

/** The settings of a monitor after an update, which replaces what it names. */
export function updatedSettings(settings: Settings, body: Members): Settings {
  if (body['type'] !== undefined && typeOf(body) !== settings.type) {
    throw new DatadogError(
      400,
      "The value provided for parameter 'type' is invalid: the type of a monitor cannot be changed",
    )
  }
  return {
    ...settings,
    ...given(body),
    type: settings.type,
    ...(body['options'] === undefined ? {} : { options: optionsOf(body) }),
  }
}

/** The settings that a body names. Others, such as `id`, are Datadog's own. */
function given(body: Members): Partial<Settings> {
  const names = ['query', ...Object.keys(EMPTY)].filter((name) => body[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, body[name]]))
}

/** Datadog stores metric alerts as query alerts. */
const typeOf = ({ type }: Members): MonitorType => (type === 'metric alert' ? 'query alert' : type) as MonitorType

/** Options with Datadog's defaults. Thresholds that are null are left out. */
function optionsOf(body: Members): Members {
  const options = isObject(body['options']) ? body['options'] : {}
  const { silenced: _, thresholds, ...others } = options
  return {
    notify_no_data: false,
    notify_audit: false,
    include_tags: true,
    ...(options['new_group_delay'] === undefined ? { new_host_delay: 300 } : {}),
    ...others,
    ...(isObject(thresholds)
      ? { thresholds: Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== null)) }
      : {}),
  }
}

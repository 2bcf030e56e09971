// The monitors that a team has for its service, one in each environment, at the rehearsal's Datadog.
import { type Environment, environments } from './github-settings.ts'

/** When a monitor turns, and to what. */
interface Change {
  readonly on: 'deploy'
  readonly nth: number
  readonly after: string
  readonly state: 'OK' | 'Alert'
}

/** The next deploy sets it off, once its new tasks run; going back ends that. */
const alarming: readonly Change[] = [
  { on: 'deploy', nth: 1, after: '2s', state: 'Alert' },
  { on: 'deploy', nth: 2, after: '0s', state: 'OK' },
]

export const monitorOf = (environment: string): string => `Errors of web in ${environment}`

/** Sets the monitors up: all is well, whatever is deployed, but the next deploy to `troubled` sets its monitor off. */
export async function setUpMonitors(cloud: Readonly<Record<string, string>>, troubled?: Environment): Promise<void> {
  const monitors = Object.keys(environments).map((environment) => ({
    name: monitorOf(environment),
    tags: ['service:web', `env:${environment}`],
    changes: environment === troubled ? alarming : [],
  }))
  const body = JSON.stringify({ monitors })
  const answer = await fetch(`${cloud['DD_URL']}/_slipway/datadog/scenario`, { method: 'PUT', body })
  if (!answer.ok) throw new Error(`The rehearsal's Datadog does not take the monitors: ${await answer.text()}`)
}

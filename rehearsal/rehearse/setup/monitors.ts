// Monitors of the service in the simulated Datadog, one for each environment.
import { type Environment, environments } from './environments.ts'

/** When a monitor changes its state. */
interface MonitorChange {
  readonly on: 'deploy'
  readonly nth: number
  readonly after: string
  readonly state: 'OK' | 'Alert'
}

/** Alert 2 s after the next deploy, OK again at the rollback. */
const alarming: readonly MonitorChange[] = [
  { on: 'deploy', nth: 1, after: '2s', state: 'Alert' },
  { on: 'deploy', nth: 2, after: '0s', state: 'OK' },
]

export const monitorOf = (environment: string): string => `Errors of web in ${environment}`

/** Sets up monitors that stay OK. The next deploy to `alerting` triggers that environment's monitor. */
export async function setUpMonitors(cloud: Readonly<Record<string, string>>, alerting?: Environment): Promise<void> {
  const monitors = Object.keys(environments).map((environment) => ({
    name: monitorOf(environment),
    tags: ['service:web', `env:${environment}`],
    changes: environment === alerting ? alarming : [],
  }))
  const body = JSON.stringify({ monitors })
  const answer = await fetch(`${cloud['DD_URL']}/_slipway/datadog/scenario`, { method: 'PUT', body })
  if (!answer.ok) throw new Error(`The simulated Datadog refused the monitors: ${await answer.text()}`)
}

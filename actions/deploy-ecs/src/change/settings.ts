// What a deploy changes in a service besides its revision, and how a rollback restores it.
import { isDeepStrictEqual } from 'node:util'
import {
  type DeploymentAlarms,
  type DeploymentCircuitBreaker,
  type Service,
  UpdateServiceCommand,
  type UpdateServiceRequest,
} from '@aws-sdk/client-ecs'
import { defined } from '../../../../toolkit/objects.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { readService } from '../aws/services.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'
import { changesFor } from '../task-definition/desired-count.ts'

/** The settings of a service that inputs can change. */
interface Settings {
  readonly desiredCount?: number
  readonly deploymentCircuitBreaker?: DeploymentCircuitBreaker
  readonly alarms?: DeploymentAlarms
}

/** The settings that a deploy changed. Both have the same members. */
export interface SettingsChanged {
  readonly from: Settings
  readonly to: Settings
}

type SettingsRequest = Pick<UpdateServiceRequest, 'desiredCount' | 'deploymentConfiguration'>

/** The members of UpdateService that the inputs change. `now`: the service as it is. */
export const settingsRequest = (changes: ServiceChanges, now: Service): SettingsRequest =>
  toRequest(settingsOfInputs(changesFor(now, changes)), now)

/** What the inputs change in a service, with the values before; `undefined` for no change. */
export function settingsChanged(before: Service, changes: ServiceChanges): SettingsChanged | undefined {
  const to = settingsOfInputs(changesFor(before, changes))
  const from = pick(settingsOf(before), (name) => to[name] !== undefined)
  return Object.keys(to).length === 0 ? undefined : { from, to }
}

/** Whether the values that the inputs ask for are others than those before. */
export const changesSettings = ({ from, to }: SettingsChanged): boolean =>
  NAMES.some((name) => to[name] !== undefined && !isAs(from[name], to[name]))

/** The members of UpdateService that restore the values before. Leaves out what somebody else has changed since. */
export function restoring(now: Service, changed: SettingsChanged | undefined): SettingsRequest {
  if (changed === undefined) return {}
  const { from, to } = changed
  const current = settingsOf(now)
  const isOurs = (name: keyof Settings) => isAs(current[name], to[name]) && !isAs(from[name], to[name])
  return toRequest(pick(from, isOurs), now)
}

/** Restores the settings before, with an update that starts no deployment. @returns whether there was anything to restore. */
export async function restoreSettings(
  aws: AwsCalls,
  name: ServiceName,
  changed: SettingsChanged | undefined,
): Promise<boolean> {
  if (changed === undefined) return false
  const request = restoring(await readService(aws, name), changed)
  if (Object.keys(request).length === 0) return false
  const { cluster, service } = name
  await aws.call('updateService', `restore the settings of service \`${nameOf(name)}\``, (options) =>
    aws.clients.ecs.send(new UpdateServiceCommand({ cluster, service, ...request }), options),
  )
  return true
}

/** The settings that the inputs change, with the values that they ask for. */
export const settingsOfInputs = ({ desiredCount, circuitBreaker, alarms }: ServiceChanges): Settings => ({
  ...(desiredCount === undefined ? {} : { desiredCount }),
  ...(circuitBreaker === undefined
    ? {}
    : {
        deploymentCircuitBreaker: { enable: circuitBreaker !== 'disabled', rollback: circuitBreaker === 'rollback' },
      }),
  ...(alarms === undefined
    ? {}
    : { alarms: { alarmNames: [...alarms], enable: true, rollback: circuitBreaker !== 'stop' } }),
})

const OFF = { enable: false, rollback: false }

const settingsOf = ({ desiredCount = 0, deploymentConfiguration = {} }: Service): Required<Settings> => ({
  desiredCount,
  deploymentCircuitBreaker: deploymentConfiguration.deploymentCircuitBreaker ?? OFF,
  alarms: deploymentConfiguration.alarms ?? { alarmNames: [], ...OFF },
})

/**
 * UpdateService replaces the whole deployment configuration, and the whole circuit breaker with its threshold in it, so the
 * members that stay are sent too.
 */
function toRequest({ desiredCount, deploymentCircuitBreaker, alarms }: Settings, now: Service): SettingsRequest {
  const { deploymentConfiguration: current = {} } = now
  const breaker = deploymentCircuitBreaker && { ...current.deploymentCircuitBreaker, ...deploymentCircuitBreaker }
  const changed = defined({ deploymentCircuitBreaker: breaker, alarms })
  return {
    ...(desiredCount === undefined ? {} : { desiredCount }),
    ...(Object.keys(changed).length === 0 ? {} : { deploymentConfiguration: { ...current, ...changed } }),
  }
}

const NAMES = ['desiredCount', 'deploymentCircuitBreaker', 'alarms'] as const

const pick = (settings: Settings, isWanted: (name: keyof Settings) => boolean): Settings =>
  Object.fromEntries(NAMES.filter(isWanted).map((name) => [name, settings[name]]))

/** Whether a setting has the members that were asked for. ECS may show more of them. */
const isAs = (setting: unknown, asked: unknown): boolean =>
  typeof asked === 'object' && asked !== null
    ? Object.entries(asked).every(([key, value]) => isDeepStrictEqual((setting as Record<string, unknown>)[key], value))
    : setting === asked

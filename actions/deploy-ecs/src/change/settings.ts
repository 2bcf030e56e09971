// What a deploy changes in a service besides its revision, and how that is taken back.
import { isDeepStrictEqual } from 'node:util'
import { type Service, UpdateServiceCommand, type UpdateServiceRequest } from '@aws-sdk/client-ecs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { describeServices, requireService } from '../aws/services.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'
import type { Settings, SettingsChanged } from '../observe/rollout.ts'

type SettingsRequest = Pick<UpdateServiceRequest, 'desiredCount' | 'deploymentConfiguration'>

/** The part of UpdateService for what the inputs change, for a service as it is. */
export const settingsRequest = (changes: ServiceChanges, now: Service): SettingsRequest =>
  toRequest(settingsIn(changes), now)

/** What the inputs change of a service; `undefined` where that is nothing. */
export function settingsChanged(before: Service, changes: ServiceChanges): SettingsChanged | undefined {
  const to = settingsIn(changes)
  const were = settingsOf(before)
  const from = pick(were, (name) => to[name] !== undefined)
  return Object.keys(to).length === 0 ? undefined : { from, to }
}

/** The part of UpdateService that takes a change back: nothing of what somebody else has changed since. */
export function restoring(now: Service, applyChanges: SettingsChanged | undefined): SettingsRequest {
  if (applyChanges === undefined) return {}
  const { from, to } = applyChanges
  const are = settingsOf(now)
  const followed = (name: keyof Settings) => isAs(are[name], to[name]) && !isAs(from[name], to[name])
  return toRequest(pick(from, followed), now)
}

/** Takes a change back, and starts no deployment by that. @returns whether there was anything to take back. */
export async function restoreSettings(
  aws: AwsCalls,
  name: ServiceName,
  applyChanges: SettingsChanged | undefined,
): Promise<boolean> {
  if (applyChanges === undefined) return false
  const request = restoring(requireService(await describeServices(aws, [name]), name), applyChanges)
  if (Object.keys(request).length === 0) return false
  const { cluster, service } = name
  await aws.call('updateService', `set the settings of service \`${nameOf(name)}\` back`, (options) =>
    aws.clients.ecs.send(new UpdateServiceCommand({ cluster, service, ...request }), options),
  )
  return true
}

const settingsIn = ({ desiredCount, circuitBreaker, alarms }: ServiceChanges): Settings => ({
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

/** ECS replaces the configuration as a whole, so what is there goes along. */
function toRequest({ desiredCount, ...configuration }: Settings, now: Service): SettingsRequest {
  return {
    ...(desiredCount === undefined ? {} : { desiredCount }),
    ...(Object.keys(configuration).length === 0
      ? {}
      : { deploymentConfiguration: { ...now.deploymentConfiguration, ...configuration } }),
  }
}

const NAMES = ['desiredCount', 'deploymentCircuitBreaker', 'alarms'] as const

const pick = (settings: Settings, isWanted: (name: keyof Settings) => boolean): Settings =>
  Object.fromEntries(NAMES.filter(isWanted).map((name) => [name, settings[name]]))

/** Whether a setting is what was asked for; ECS may tell more of it. */
const isAs = (setting: unknown, asked: unknown): boolean =>
  typeof asked === 'object' && asked !== null
    ? Object.entries(asked).every(([key, value]) => isDeepStrictEqual((setting as Record<string, unknown>)[key], value))
    : setting === asked

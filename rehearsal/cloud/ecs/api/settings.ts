import type { ListAccountSettingsRequest, PutAccountSettingRequest } from '@aws-sdk/client-ecs'
import type { Ecs } from '../context.ts'
import type { Api } from './api.ts'

/** Account settings. They are stored and returned, but have no effect. */
const DEFAULTS: Readonly<Record<string, string>> = {
  serviceLongArnFormat: 'enabled',
  taskLongArnFormat: 'enabled',
  containerInstanceLongArnFormat: 'enabled',
  awsvpcTrunking: 'disabled',
  containerInsights: 'disabled',
  fargateFIPSMode: 'disabled',
  tagResourceAuthorization: 'off',
  fargateTaskRetirementWaitPeriod: '7',
  guardDutyActivate: 'off',
}

export function settingOperations(ecs: Ecs): Api {
  return {
    ListAccountSettings: (input: ListAccountSettingsRequest, caller) => {
      const { settings } = ecs.regions.get(caller)
      const all = { ...DEFAULTS, ...Object.fromEntries(settings) }
      const given = input.effectiveSettings ? all : Object.fromEntries(settings)
      return {
        settings: Object.entries(given)
          .filter(([name, value]) => (input.name ?? name) === name && (input.value ?? value) === value)
          .map(([name, value]) => ({ name, value, principalArn: input.principalArn ?? caller.arn })),
      }
    },
    PutAccountSetting: (input: PutAccountSettingRequest, caller) => put(ecs, input, caller),
    PutAccountSettingDefault: (input: PutAccountSettingRequest, caller) => put(ecs, input, caller),
  }
}

function put(ecs: Ecs, { name, value, principalArn }: PutAccountSettingRequest, caller: Parameters<Api[string]>[1]) {
  ecs.regions.get(caller).settings.set(name ?? '', value ?? '')
  return { setting: { name, value, principalArn: principalArn ?? caller.arn } }
}

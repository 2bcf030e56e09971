// Validates blue/green, linear and canary deployments.
import type { DeploymentConfiguration, DeploymentLifecycleHook, LoadBalancer } from '@aws-sdk/client-ecs'
import type { Scope } from '../../../kernel/call.ts'
import type { Ecs } from '../../context.ts'
import { shiftsTraffic } from '../../lifecycle.ts'
import { refusals } from '../../messages.ts'
import type { Service } from '../../model.ts'
import { invalid, notSimulated } from '../errors.ts'

type Strategy = NonNullable<DeploymentConfiguration['strategy']>

/** The configuration with AWS's defaults, without the settings of the service's former strategy. */
export function completed(
  asked: DeploymentConfiguration | undefined,
  all: DeploymentConfiguration,
): DeploymentConfiguration {
  const { linearConfiguration: linear, canaryConfiguration: canary, ...rest } = all
  return {
    ...rest,
    ...(all.strategy === 'LINEAR' || asked?.linearConfiguration !== undefined
      ? { linearConfiguration: { stepPercent: 10, stepBakeTimeInMinutes: 6, ...linear } }
      : {}),
    ...(all.strategy === 'CANARY' || asked?.canaryConfiguration !== undefined
      ? { canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 10, ...canary } }
      : {}),
  }
}

/** Refuses a strategy that AWS would refuse, or that the rehearsal cloud does not simulate. */
export function refuseStrategy(
  configuration: DeploymentConfiguration,
  scheduling: Service['schedulingStrategy'],
): void {
  const { strategy = 'ROLLING', bakeTimeInMinutes, linearConfiguration, canaryConfiguration } = configuration
  refuseForeign('linearConfiguration', linearConfiguration, strategy, 'LINEAR')
  refuseForeign('canaryConfiguration', canaryConfiguration, strategy, 'CANARY')
  refusePercent('stepPercent', linearConfiguration?.stepPercent, 3)
  refusePercent('canaryPercent', canaryConfiguration?.canaryPercent, 0.1)
  refuseMinutes('bakeTimeInMinutes', bakeTimeInMinutes)
  refuseMinutes('stepBakeTimeInMinutes', linearConfiguration?.stepBakeTimeInMinutes)
  refuseMinutes('canaryBakeTimeInMinutes', canaryConfiguration?.canaryBakeTimeInMinutes)
  refuseHooks(configuration)
  if (!shiftsTraffic(configuration)) return
  if (scheduling === 'DAEMON') throw notSimulated(`the deployment strategy ${strategy} of DAEMON services`)
  if (strategy === 'BLUE_GREEN' && bakeTimeInMinutes === undefined) throw invalid(refusals.noBakeTime)
}

function refuseForeign(member: string, given: object | undefined, strategy: Strategy, its: Strategy): void {
  if (given !== undefined && strategy !== its) throw invalid(`${member} is only valid with the ${its} strategy.`)
}

function refusePercent(member: string, percent: number | undefined, least: number): void {
  if (percent === undefined) return
  const isTenth = Math.abs(percent * 10 - Math.round(percent * 10)) < 1e-9
  if (isTenth && percent >= least && percent <= 100) return
  throw invalid(`${member} must be a multiple of 0.1 from ${least.toFixed(1)} to 100.0.`)
}

function refuseMinutes(member: string, minutes: number | undefined): void {
  if (minutes === undefined || (Number.isInteger(minutes) && minutes >= 0 && minutes <= 1440)) return
  throw invalid(`${member} must be between 0 and 1440.`)
}

function refuseHooks(configuration: DeploymentConfiguration): void {
  const { lifecycleHooks: hooks = [] } = configuration
  if (hooks.length === 0) return
  if (!shiftsTraffic(configuration)) throw notSimulated('deployment lifecycle hooks of rolling updates')
  if (hooks.length > 10) throw invalid('A service can have at most 10 pause hooks.')
  for (const hook of hooks) refuseHook(hook)
}

function refuseHook({ targetType, lifecycleStages = [], timeoutConfiguration }: DeploymentLifecycleHook): void {
  if (targetType !== 'PAUSE') throw notSimulated('lifecycle hooks of type AWS_LAMBDA (only PAUSE)')
  if (lifecycleStages.length === 0) throw invalid('lifecycleStages can not be empty.')
  const wrong = lifecycleStages.find((stage) => stage === 'TEST_TRAFFIC_SHIFT' || stage === 'PRODUCTION_TRAFFIC_SHIFT')
  if (wrong !== undefined) throw invalid(`PAUSE hooks cannot be configured at the ${wrong} stage.`)
  const { timeoutInMinutes = 1440 } = timeoutConfiguration ?? {}
  if (Number.isInteger(timeoutInMinutes) && timeoutInMinutes >= 1 && timeoutInMinutes <= 20_160) return
  throw invalid('timeoutInMinutes must be between 1 and 20160.')
}

/** Refuses load balancers whose traffic could not be shifted. */
export function refuseUnshiftable(
  ecs: Ecs,
  scope: Scope,
  { strategy = 'ROLLING' }: DeploymentConfiguration,
  balancers: readonly LoadBalancer[],
): void {
  for (const { advancedConfiguration: advanced, targetGroupArn } of balancers) {
    if (advanced === undefined) {
      if (strategy !== 'ROLLING') throw invalid(refusals.noAdvancedConfiguration(strategy))
      continue
    }
    const { alternateTargetGroupArn: alternate = '', productionListenerRule: rule = '', testListenerRule } = advanced
    const groups = [targetGroupArn, alternate].map((arn) => ecs.targetGroups.find(scope, arn ?? ''))
    if (groups[1] === undefined || alternate === targetGroupArn) throw invalid(refusals.noAlternate(alternate))
    if (groups[0]?.targetType !== groups[1].targetType) throw invalid(refusals.otherTargetType(alternate))
    for (const arn of [rule, ...(testListenerRule === undefined ? [] : [testListenerRule])]) {
      const action = ecs.targetGroups.findRule(scope, arn)
      if (action === undefined) throw invalid(refusals.noRule(arn))
      if (action !== 'forward') throw invalid(refusals.notForwarding(arn, action))
    }
    if (advanced.roleArn === undefined) throw invalid(refusals.noRole)
  }
  if (balancers.length === 0 && (strategy === 'LINEAR' || strategy === 'CANARY')) {
    throw invalid(refusals.nothingToShift(strategy))
  }
}

/** Refuses changes that belong to another deployment controller. */
export function refuseForController(
  controller: Service['controller'],
  changes: { readonly taskDefinition: boolean; readonly forced: boolean; readonly spec: boolean },
): void {
  if (controller === 'ECS') return
  if (changes.taskDefinition) throw invalid(refusals.otherController('update task definition', controller))
  if (changes.forced) throw invalid(refusals.otherController('force a new deployment', controller))
  if (changes.spec) throw invalid(refusals.otherController('update network parameters', controller))
}

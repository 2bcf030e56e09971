// The lifecycle of a blue/green, linear or canary deployment: stages, steps and hooks. Pure.
import type { DeploymentConfiguration, DeploymentLifecycleHookStage, LoadBalancer } from '@aws-sdk/client-ecs'

/** Which of a load balancer's two target groups: `targetGroupArn`, or `alternateTargetGroupArn`. */
export type Slot = 'primary' | 'alternate'

export const otherSlot = (slot: Slot): Slot => (slot === 'primary' ? 'alternate' : 'primary')

/** The target group of a slot. A load balancer with one target group has the same for both slots. */
export const groupOf = ({ targetGroupArn, advancedConfiguration }: LoadBalancer, slot: Slot): string | undefined =>
  slot === 'primary' ? targetGroupArn : (advancedConfiguration?.alternateTargetGroupArn ?? targetGroupArn)

/** The stages in their order. */
const STAGES = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
] as const

export type Stage = (typeof STAGES)[number]

/** Whether a lifecycle has reached this stage. */
export const hasReached = ({ stage }: Lifecycle, wanted: Stage): boolean =>
  STAGES.indexOf(stage) >= STAGES.indexOf(wanted)

/** A PAUSE hook that was started. */
export interface HookRun {
  readonly id: string
  readonly expiresAt: number
  readonly timeoutAction: 'CONTINUE' | 'ROLLBACK'
  status: 'AWAITING_ACTION' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'
}

/** Progress of a service deployment. */
export interface Lifecycle {
  stage: Stage
  /** Start of the stage. */
  since: number
  /** Percentages of production traffic that the new revision gets, step by step. The last is 100. */
  readonly steps: readonly number[]
  /** Number of completed steps. */
  stepsDone: number
  /** Bake time of each step but the last, and bake time after the last step, in milliseconds. */
  readonly stepBake: number
  readonly bake: number
  /** Percentages of traffic that the new revision has now. */
  production: number
  test: number
  /** True while a superseded deployment may still have traffic, until the tasks of the live revision can take it. */
  unsettled: boolean
  /** All started hooks, in order. */
  readonly hooks: HookRun[]
}

export const shiftsTraffic = ({ strategy = 'ROLLING' }: DeploymentConfiguration): boolean => strategy !== 'ROLLING'

const MINUTE = 60_000

/** The lifecycle of a new deployment. A first deployment has no traffic to shift: it has one step and no bake. */
export function beginLifecycle(
  configuration: DeploymentConfiguration,
  now: number,
  from: { readonly reconciles: boolean; readonly replaces: boolean },
): Lifecycle | undefined {
  if (!shiftsTraffic(configuration)) return undefined
  const { steps, stepBakeMinutes } = from.replaces ? stepsOf(configuration) : AT_ONCE
  return {
    stage: from.reconciles ? 'RECONCILE_SERVICE' : 'PRE_SCALE_UP',
    since: now,
    steps,
    stepsDone: 0,
    stepBake: stepBakeMinutes * MINUTE,
    bake: from.replaces ? (configuration.bakeTimeInMinutes ?? 0) * MINUTE : 0,
    production: 0,
    test: 0,
    unsettled: from.reconciles,
    hooks: [],
  }
}

const AT_ONCE = { steps: [100], stepBakeMinutes: 0 }

/** AWS's defaults: 5 % for 10 minutes; 10 % every 6 minutes. */
function stepsOf({ strategy, linearConfiguration, canaryConfiguration }: DeploymentConfiguration) {
  if (strategy === 'CANARY') {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration ?? {}
    return { steps: canaryPercent === 100 ? [100] : [canaryPercent, 100], stepBakeMinutes: canaryBakeTimeInMinutes }
  }
  if (strategy !== 'LINEAR') return AT_ONCE
  const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration ?? {}
  const count = Math.ceil(100 / stepPercent)
  const steps = Array.from({ length: count }, (_, i) => Math.min(100, tenths(stepPercent * (i + 1))))
  return { steps, stepBakeMinutes: stepBakeTimeInMinutes }
}

const tenths = (percent: number) => Math.round(percent * 10) / 10

/** The stage after this one. Traffic shifts by steps: each has its PRE_PRODUCTION_TRAFFIC_SHIFT. */
export function stageAfter({ stage, steps, stepsDone }: Lifecycle): Stage | undefined {
  if (stage === 'PRODUCTION_TRAFFIC_SHIFT' && stepsDone < steps.length) return 'PRE_PRODUCTION_TRAFFIC_SHIFT'
  return STAGES[STAGES.indexOf(stage) + 1]
}

/** Time-outs of the PAUSE hooks of a stage. Default: ROLLBACK after 24 hours. */
export function hooksAt(stage: Stage, { lifecycleHooks = [] }: DeploymentConfiguration) {
  const due = lifecycleHooks.filter(({ lifecycleStages }) =>
    lifecycleStages?.includes(stage as DeploymentLifecycleHookStage),
  )
  return due.map(({ timeoutConfiguration: { timeoutInMinutes = 1440, action } = {} }) => ({
    timeoutMs: timeoutInMinutes * MINUTE,
    timeoutAction: action ?? ('ROLLBACK' as const),
  }))
}

/** Whether a hook requires a rollback of the deployment. */
export const wantsRollback = ({ status, timeoutAction }: HookRun): boolean =>
  status === 'FAILED' || (status === 'TIMED_OUT' && timeoutAction === 'ROLLBACK')

// The lifecycle of a blue/green, linear or canary deployment: its stages, its steps, its hooks. Pure.
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

/** Whether a lifecycle has come to this stage, or further. */
export const hasReached = ({ stage }: Lifecycle, wanted: Stage): boolean =>
  STAGES.indexOf(stage) >= STAGES.indexOf(wanted)

/** A PAUSE hook that has come up. */
export interface HookRun {
  readonly id: string
  readonly expiresAt: number
  readonly timeoutAction: 'CONTINUE' | 'ROLLBACK'
  status: 'AWAITING_ACTION' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'
}

/** How far a service deployment is. */
export interface Lifecycle {
  stage: Stage
  /** When it came to this stage. */
  since: number
  /** The shares of production traffic that its revision gets one after the other; the last is 100. */
  readonly steps: readonly number[]
  /** How many of them are done. */
  stepsDone: number
  /** How long each step but the last bakes, and all of it after the last. In milliseconds. */
  readonly stepBake: number
  readonly bake: number
  /** The shares of traffic that its revision has now, in per cent. */
  production: number
  test: number
  /** Whether traffic may still be with what was under way before, and stays there until what it replaces can take it. */
  unsettled: boolean
  /** All hooks that came up, in order. */
  readonly hooks: HookRun[]
}

export const shiftsTraffic = ({ strategy = 'ROLLING' }: DeploymentConfiguration): boolean => strategy !== 'ROLLING'

const MINUTE = 60_000

/** The lifecycle of a deployment that begins. With nothing there to shift traffic from, there is one step, and no bake. */
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

/** The time-out of each PAUSE hook that comes up at a stage: 24 hours and then ROLLBACK, unless it says otherwise. */
export function hooksAt(stage: Stage, { lifecycleHooks = [] }: DeploymentConfiguration) {
  const due = lifecycleHooks.filter(({ lifecycleStages }) =>
    lifecycleStages?.includes(stage as DeploymentLifecycleHookStage),
  )
  return due.map(({ timeoutConfiguration: { timeoutInMinutes = 1440, action } = {} }) => ({
    timeoutMs: timeoutInMinutes * MINUTE,
    timeoutAction: action ?? ('ROLLBACK' as const),
  }))
}

/** Whether a hook that came up wants the deployment rolled back. */
export const wantsRollback = ({ status, timeoutAction }: HookRun): boolean =>
  status === 'FAILED' || (status === 'TIMED_OUT' && timeoutAction === 'ROLLBACK')

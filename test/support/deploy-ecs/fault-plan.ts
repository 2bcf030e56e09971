// Random faults, drawn from a seed: how tasks behave, which calls fail, are slow or denied, who else deploys, when the run is
// cancelled or killed, and with which inputs.
import { type Random, seededRandom } from '../../../rehearsal/cloud/kernel/random.ts'
import type { EcsCloud } from './ecs-cloud.ts'

/** What the new tasks of a service do. Those before are healthy. */
const BEHAVIOURS: Readonly<Record<string, string>> = {
  ok: '',
  slow: 'start: { takes: 90s }',
  crash: 'exit: { after: 500ms, code: 1 }',
  'late-crash': 'exit: { after: 50s, code: 1 }',
  oom: "exit: { after: 500ms, code: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }",
  missing: "pull: { fails: 'CannotPullContainerError: failed to resolve ref example.com/web:next: not found' }",
  'no-secret':
    "start: { fails: 'ResourceInitializationError: unable to pull secrets: retrieve secret from asm: AccessDeniedException' }",
  sick: 'answers: 500',
  mute: 'answers: timed-out',
  flaky: 'exit: { after: 3s, code: 1 }',
  'sick-later': 'sickAfter: 90s',
  'no-room': 'noCapacity: true',
}
const DAYS = ['ok', 'ok', 'ok', 'ok', 'slow', ...Object.keys(BEHAVIOURS)]

/** ECS can shift traffic in steps only where there is some. */
const SHIFTING = ['ROLLING', 'ROLLING', 'ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'] as const
const STANDING = ['ROLLING', 'ROLLING', 'BLUE_GREEN'] as const

const TROUBLES = ['throttled', 'server-error', 'unavailable', 'reset-before', 'reset-after', 'slow'] as const

/** Permissions that a role may lack. Without any one of them, a deploy works or is refused before anything is changed. */
const DENIALS = [
  ['*ServiceDeployments', 'StopServiceDeployment'],
  ['StopServiceDeployment'],
  ['ListServiceDeployments'],
  ['DescribeServiceRevisions'],
  ['DescribeTargetHealth'],
  ['ListTasks'],
  ['UpdateService'],
]

export interface ServicePlan {
  readonly name: string
  readonly behaviour: string
  readonly desiredCount: number
  readonly balanced: boolean
  readonly breaker: 'none' | 'stop' | 'rollback'
  /** How ECS deploys it; anything but ROLLING in steps of its own, with two target groups. */
  readonly strategy: 'ROLLING' | 'BLUE_GREEN' | 'LINEAR' | 'CANARY'
}

export interface FaultPlan {
  readonly services: readonly ServicePlan[]
  readonly waitFor: 'none' | 'started' | 'healthy' | 'bake'
  readonly onFailure: 'rollback' | 'stop' | 'leave'
  readonly onCancel: 'rollback' | 'leave'
  readonly faults: readonly string[]
  readonly denied: readonly string[]
  /** After so many calls of DescribeServices, credentials expire, or that call is denied. */
  readonly blindAfter: { readonly calls: number; readonly by: 'expired-credentials' | 'access-denied' } | undefined
  /** Somebody else deploys the first service. */
  readonly rivalAfterMs: number | undefined
  readonly cancelAfterMs: number | undefined
  /** The process is killed while it waits for the answer to this call. */
  readonly killedAtCall: number | undefined
  readonly stale: boolean
}

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

export function drawFaultPlan(seed: number): FaultPlan {
  const random = seededRandom(seed)
  const some = (chance: number) => random() < chance
  const upTo = (most: number) => Math.floor(random() * most)
  const count = pick(random, [1, 1, 1, 2, 3])
  const ending = random()
  return {
    services: ['web', 'api', 'worker'].slice(0, count).map((name) => {
      const drawn = {
        name,
        behaviour: pick(random, DAYS),
        desiredCount: 1 + upTo(4),
        balanced: some(0.7),
        breaker: pick(random, ['none', 'stop', 'rollback'] as const),
      }
      return { ...drawn, strategy: pick(random, drawn.balanced ? SHIFTING : STANDING) }
    }),
    waitFor: pick(random, ['healthy', 'healthy', 'healthy', 'healthy', 'bake', 'started', 'none'] as const),
    onFailure: pick(random, ['rollback', 'rollback', 'rollback', 'stop', 'leave'] as const),
    onCancel: some(0.8) ? 'rollback' : 'leave',
    faults: Array.from({ length: upTo(4) }, () => drawFault(random)),
    denied: some(0.2) ? pick(random, DENIALS) : [],
    blindAfter: some(0.1) ? { calls: 1 + upTo(8), by: some(0.5) ? 'expired-credentials' : 'access-denied' } : undefined,
    rivalAfterMs: some(0.15) ? 5_000 + upTo(120_000) : undefined,
    cancelAfterMs: ending < 0.2 ? upTo(90_000) : undefined,
    killedAtCall: ending > 0.9 ? 1 + upTo(30) : undefined,
    stale: some(0.2),
  }
}

function drawFault(random: Random): string {
  const kind = pick(random, TROUBLES)
  const action = pick(random, [
    '',
    ", action: 'Describe*'",
    ', action: UpdateService, times: 2',
    ", action: 'Register*', times: 2",
    ", action: 'List*'",
    ', action: StopServiceDeployment',
  ])
  const delay = kind === 'slow' ? `, delay: ${1 + Math.floor(random() * 15)}s` : ''
  return `{ fault: ${kind}${action}${delay}, probability: ${(0.05 + random() * 0.25).toFixed(2)} }`
}

/** The faults as a scenario of the rehearsal cloud. */
export function scenarioOf({ services, faults, denied, blindAfter, stale }: FaultPlan): string {
  const tasks = services.map(({ name, behaviour }) => {
    const chance = behaviour === 'flaky' ? ', chance: 0.3' : ''
    const what = BEHAVIOURS[behaviour] ?? ''
    return `  - { when: { service: ${name}, image: ':next'${chance} }${what === '' ? '' : `, ${what}`} }`
  })
  return [
    'description: a bad day',
    'tasks:',
    ...tasks,
    ...(stale ? ['staleness: { currentServiceDeployment: 60s, serviceDeployments: 8s }'] : []),
    'faults:',
    '  - { fault: throttled, action: NothingIsCalledSo }',
    ...denied.map((action) => `  - { fault: access-denied, action: '${action}' }`),
    ...(blindAfter ? [`  - { fault: ${blindAfter.by}, action: DescribeServices, after: ${blindAfter.calls} }`] : []),
    ...faults.map((rule) => `  - ${rule}`),
  ].join('\n')
}

/** The inputs of the step. */
export const inputsOf = ({ services, waitFor, onFailure, onCancel }: FaultPlan): Readonly<Record<string, string>> => ({
  service: services.map(({ name }) => name).join(','),
  image: 'example.com/web:next',
  timeout: '20m',
  'wait-for': waitFor,
  'bake-time': '3m',
  'on-failure': onFailure,
  'on-cancel': onCancel,
})

/** How long the step waits for its verdict. */
export const TIMEOUT_MS = 20 * 60_000

/** The family that somebody else deploys, so that the journal shows who deployed. */
export const RIVAL = 'rival'

/** Runs a task whose calls the faults do not affect. */
export async function undisturbed<T>(cloud: EcsCloud, task: () => Promise<T>): Promise<T> {
  cloud.arm(false)
  try {
    return await task()
  } finally {
    cloud.arm()
  }
}

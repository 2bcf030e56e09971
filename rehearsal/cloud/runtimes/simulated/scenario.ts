import { z } from 'zod'
import { datadogScenario } from '../../datadog/scenario.ts'
import type { FaultKind } from '../../faults.ts'
import type { Staleness } from '../../staleness.ts'
import { type Duration, parseDuration } from './duration.ts'

const duration = z.union([z.string(), z.number()]).transform((value, context): Duration => {
  const parsed = typeof value === 'number' ? undefined : parseDuration(value)
  if (parsed === undefined) {
    context.addIssue({
      code: 'custom',
      message: `a duration is written as 500ms, 3s, 2m or 2s..5s, not ${JSON.stringify(value)}`,
    })
    return z.NEVER
  }
  return parsed
})

/** The tasks that a rule applies to. All given members must match. */
const when = z.strictObject({
  service: z.string().optional(),
  /** `family` or `family:revision`. */
  taskDefinition: z.string().optional(),
  /** Part of the image's name; `*` matches any text. */
  image: z.string().optional(),
  /** The service's first deployment is 1. */
  deployment: z.int().positive().optional(),
  /** From this deployment on. */
  deploymentsFrom: z.int().positive().optional(),
  /** The deployment's first task is 1. */
  tasksFrom: z.int().positive().optional(),
  tasksTo: z.int().positive().optional(),
  /** Probability that the rule applies to a matching task, drawn from the seed. */
  chance: z.number().min(0).max(1).optional(),
})

const answers = z.union([z.int().min(100).max(599), z.enum(['timed-out', 'refused'])])

const taskRule = z.strictObject({
  when: when.optional(),
  /** There is no capacity for the task. `true` gives AWS's usual message. */
  noCapacity: z.union([z.literal(true), z.string()]).optional(),
  provisioning: duration.optional(),
  pull: z.strictObject({ takes: duration.optional(), fails: z.string().optional() }).optional(),
  start: z.strictObject({ takes: duration.optional(), fails: z.string().optional() }).optional(),
  exit: z
    .strictObject({
      after: duration,
      code: z.int().min(0).max(255),
      /** Default: the first essential container. */
      container: z.string().optional(),
      reason: z.string().optional(),
    })
    .optional(),
  /** Result of container health checks. */
  health: z.enum(['healthy', 'unhealthy', 'silent']).optional(),
  /** Answer to the load balancer's health checks. */
  answers: answers.optional(),
  /** Its health checks fail from this time on, while it runs. */
  sickAfter: duration.optional(),
  stop: z.strictObject({ takes: duration.optional(), code: z.int().min(0).max(255).optional() }).optional(),
})

const alarm = z.strictObject({
  name: z.string(),
  /** Raised by `after`, from the start of the deployment's first task. */
  service: z.string().optional(),
  deployment: z.int().positive(),
  after: duration,
  clearsAfter: duration.optional(),
})

/** Faults of API calls. */
const fault = z.strictObject({
  fault: z.enum([
    'throttled',
    'server-error',
    'unavailable',
    'expired-credentials',
    'access-denied',
    'reset-before',
    'reset-after',
    'slow',
  ] satisfies readonly FaultKind[]),
  /** Name in the credential scope, such as `ecs`. Default: any. */
  service: z.string().optional(),
  /** Such as `DescribeServices`, with `*` for any text. */
  action: z.string().optional(),
  account: z.string().optional(),
  role: z.string().optional(),
  probability: z.number().min(0).max(1).optional(),
  /** Number of matching calls that pass first. */
  after: z.int().min(0).optional(),
  times: z.int().positive().optional(),
  /** For `slow`. */
  delay: duration.transform(({ from }) => from).optional(),
})

export const scenarioSchema = z.strictObject({
  description: z.string(),
  instances: z
    .strictObject({ count: z.int().min(0), cpu: z.int().positive().optional(), memory: z.int().positive().optional() })
    .optional(),
  tasks: z.array(taskRule).default([]),
  alarms: z.array(alarm).default([]),
  staleness: z
    .strictObject({ currentServiceDeployment: duration.optional(), serviceDeployments: duration.optional() })
    .optional(),
  /** Throttles calls above AWS's documented rates. */
  throttle: z.boolean().default(false),
  faults: z.array(fault).default([]),
  /** Changes of Datadog's monitors. */
  datadog: datadogScenario.optional(),
})

/** Events of a simulated cloud: of tasks, alarms, API calls and monitors. */
export type Scenario = z.infer<typeof scenarioSchema>
export type TaskRule = Scenario['tasks'][number]

/** Default scenario: all tasks start and are healthy. */
export const NOTHING_SPECIAL: Scenario = scenarioSchema.parse({ description: 'Every task starts and is healthy.' })

/** The scenario's delays of stale reads. */
export function stalenessOf({ staleness }: Scenario): Staleness {
  return {
    currentServiceDeployment: staleness?.currentServiceDeployment?.from ?? 0,
    serviceDeployments: staleness?.serviceDeployments?.from ?? 0,
  }
}

import { z } from 'zod'
import { datadogScenario } from '../../datadog/scenario.ts'
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

/** Which tasks a rule is for; all members that are given must match. */
const when = z.strictObject({
  service: z.string().optional(),
  /** `family` or `family:revision`. */
  taskDefinition: z.string().optional(),
  /** Part of the image's name; `*` stands for anything. */
  image: z.string().optional(),
  /** The service's first deployment is 1. */
  deployment: z.int().positive().optional(),
  /** From this deployment on. */
  deploymentsFrom: z.int().positive().optional(),
  /** The deployment's first task is 1. */
  tasksFrom: z.int().positive().optional(),
  tasksTo: z.int().positive().optional(),
  /** Of the tasks that match otherwise, this share, drawn from the seed. */
  chance: z.number().min(0).max(1).optional(),
})

const answers = z.union([z.int().min(100).max(599), z.enum(['timed-out', 'refused'])])

const taskRule = z.strictObject({
  when: when.optional(),
  /** There is no room for it; true for AWS's usual words, or others. */
  noCapacity: z.union([z.literal(true), z.string()]).optional(),
  provisioning: duration.optional(),
  pull: z.strictObject({ takes: duration.optional(), fails: z.string().optional() }).optional(),
  start: z.strictObject({ takes: duration.optional(), fails: z.string().optional() }).optional(),
  exit: z
    .strictObject({
      after: duration,
      code: z.int().min(0).max(255),
      /** The first essential one, unless named. */
      container: z.string().optional(),
      reason: z.string().optional(),
    })
    .optional(),
  /** What container health checks find. */
  health: z.enum(['healthy', 'unhealthy', 'silent']).optional(),
  /** What a load balancer's health checks get. */
  answers: answers.optional(),
  /** From then on its checks fail, though it runs on. */
  sickAfter: duration.optional(),
  stop: z.strictObject({ takes: duration.optional(), code: z.int().min(0).max(255).optional() }).optional(),
})

const alarm = z.strictObject({
  name: z.string(),
  /** Raised so long after this deployment's first task was started. */
  service: z.string().optional(),
  deployment: z.int().positive(),
  after: duration,
  clearsAfter: duration.optional(),
})

const fault = z.strictObject({
  /** Names of operations; all, if none is given. */
  actions: z.array(z.string()).optional(),
  service: z.string().default('ecs'),
  /** Only calls from this one on, of those that match otherwise; and no more than so many. */
  fromCall: z.int().positive().optional(),
  calls: z.int().positive().optional(),
  /** Only after this time since the cloud was started. */
  after: duration.optional(),
  chance: z.number().min(0).max(1).optional(),
  error: z.string().optional(),
  message: z.string().optional(),
  status: z.int().min(400).max(599).optional(),
  delay: duration.optional(),
  reset: z.enum(['before', 'after']).optional(),
  /** The caller's credentials are of no use any more. */
  expireCredentials: z.literal(true).optional(),
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
  /** Requests are refused with ThrottlingException beyond AWS's documented rates. */
  throttling: z.literal('aws').optional(),
  faults: z.array(fault).default([]),
  /** What Datadog's monitors do meanwhile. */
  datadog: datadogScenario.optional(),
})

/** What happens in a simulated cloud: what becomes of tasks, which alarms are raised, what goes wrong with calls. */
export type Scenario = z.infer<typeof scenarioSchema>
export type TaskRule = Scenario['tasks'][number]
export type FaultRule = Scenario['faults'][number]

/** Everything goes well. */
export const NOTHING_SPECIAL: Scenario = {
  description: 'Every task starts and is healthy.',
  tasks: [],
  alarms: [],
  faults: [],
}

import type { Random } from '../../kernel/random.ts'
import type { TaskIdentity } from '../runtime.ts'
import type { TaskRule } from './scenario.ts'

/** The facts that rules match. */
export interface TaskFacts {
  readonly service: string | undefined
  readonly family: string
  readonly revision: number
  readonly images: readonly string[]
  /** Number of the deployment in its service, and of the task in its deployment, from 1. */
  readonly deployment: number
  readonly task: number
}

/** The first rule that matches a task. A task without a rule starts and is healthy. */
export const ruleFor = (rules: readonly TaskRule[], facts: TaskFacts, random: Random): TaskRule =>
  rules.find((rule) => matches(rule, facts, random)) ?? {}

function matches({ when = {} }: TaskRule, facts: TaskFacts, random: Random): boolean {
  const { service, taskDefinition, image, deployment, deploymentsFrom = 1, tasksFrom = 1, tasksTo, chance } = when
  const { family, revision } = facts
  return (
    (service === undefined || service === facts.service) &&
    (taskDefinition === undefined || taskDefinition === family || taskDefinition === `${family}:${revision}`) &&
    (image === undefined || facts.images.some((name) => matchesPattern(image, name))) &&
    (deployment === undefined || deployment === facts.deployment) &&
    facts.deployment >= deploymentsFrom &&
    facts.task >= tasksFrom &&
    facts.task <= (tasksTo ?? Number.POSITIVE_INFINITY) &&
    (chance === undefined || random() < chance)
  )
}

function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(parts.join('.*')).test(text)
}

/** Numbers deployments of services, and tasks of deployments. */
export class Ordinals {
  readonly #services = new Map<string, Map<string, { readonly ordinal: number; tasks: number }>>()

  /** The facts of the task, without counting it as started. */
  peek(task: TaskIdentity): TaskFacts {
    const { service, family, revision, containers } = task
    const common = { service, family, revision, images: containers.map(({ image = '' }) => image) }
    if (service === undefined) return { ...common, deployment: 1, task: 1 }
    const { ordinal, tasks } = this.#entry(task)
    return { ...common, deployment: ordinal, task: tasks + 1 }
  }

  /** The facts of a task that starts, which counts. */
  next(task: TaskIdentity): TaskFacts {
    const facts = this.peek(task)
    if (task.service !== undefined) this.#entry(task).tasks += 1
    return facts
  }

  #entry({ scope, cluster, service, deploymentId = '' }: TaskIdentity) {
    const key = `${scope.account}/${scope.region}/${cluster}/${service}`
    let deployments = this.#services.get(key)
    if (deployments === undefined) {
      deployments = new Map()
      this.#services.set(key, deployments)
    }
    let entry = deployments.get(deploymentId)
    if (entry === undefined) {
      entry = { ordinal: deployments.size + 1, tasks: 0 }
      deployments.set(deploymentId, entry)
    }
    return entry
  }
}

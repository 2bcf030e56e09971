import type { Step } from '../../../../toolkit/step.ts'
import type { ServiceName } from '../aws/service-name.ts'
import type { SettingsChanged } from './settings.ts'

/** What the post step has to know of a service to apply `on-cancel` after the main step was killed. */
export interface PostState {
  readonly name: ServiceName
  /** ARN of the revision that was being deployed. */
  readonly taskDefinition: string
  readonly previousTaskDefinition: string
  /** Id of the PRIMARY deployment before ours. */
  readonly previousId?: string
  readonly deploymentId?: string
  /** False for the first deploy of a service that was created with a desired count of 0. */
  readonly ranBefore: boolean
  /** What else the deploy changes in the service. */
  readonly settings?: SettingsChanged
}

const SERVICES_KEY = 'services'
const TASK_KEY = 'task'

/** The keys of all states that main saves. */
export const POST_STATE = [SERVICES_KEY, TASK_KEY] as const

/** A task of `before-deploy-command` that the post step stops if the main step could not. */
export interface RunningTask {
  readonly cluster: string
  readonly taskArn: string
}

/** Saves the task while it runs; `undefined` once it has stopped. */
export const saveTask = (step: Step, task: RunningTask | undefined): void =>
  step.saveState(TASK_KEY, task === undefined ? '' : JSON.stringify(task))

/** The task that the main step left running. */
export function readTask(step: Step): RunningTask | undefined {
  const saved = step.state(TASK_KEY)
  return saved === '' ? undefined : (JSON.parse(saved) as RunningTask)
}

/**
 * Saves services for the post step: all of them from before the first UpdateService until their outcomes are known, so that
 * a step that was killed can be cleaned up; after that only those that could not be left in a safe state.
 */
export const savePostState = (step: Step, services: readonly PostState[]): void =>
  step.saveState(SERVICES_KEY, services.length === 0 ? '' : JSON.stringify(services))

/** The services that the main step left unfinished. */
export function readPostState(step: Step): readonly PostState[] {
  const saved = step.state(SERVICES_KEY)
  return saved === '' ? [] : (JSON.parse(saved) as PostState[])
}

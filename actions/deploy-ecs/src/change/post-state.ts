import type { Step } from '../../../../toolkit/step.ts'
import type { ServiceName } from '../aws/service-name.ts'
import type { SettingsChanged } from '../observe/rollout.ts'

/** What the post step must know of a service to leave it safe when the main step was killed. */
export interface PostState {
  readonly name: ServiceName
  /** The revision that was being deployed. */
  readonly taskDefinition: string
  readonly previousTaskDefinition: string
  /** The PRIMARY deployment before ours. */
  readonly previousId?: string
  readonly deploymentId?: string
  /** False for the first deploy of a service that was made with no tasks. */
  readonly ranBefore: boolean
  /** What else is changed of the service. */
  readonly settings?: SettingsChanged
}

const KEY = 'undertakings'
const TASK_KEY = 'task'

/** A task that runs once, of which the post step must not forget to stop it. */
export interface RunningTask {
  readonly cluster: string
  readonly taskArn: string
}

/** Kept while a one-off task runs. */
export const saveTask = (step: Step, task: RunningTask | undefined): void =>
  step.saveState(TASK_KEY, task === undefined ? '' : JSON.stringify(task))

/** The one-off task that the main step left running. */
export function readTask(step: Step): RunningTask | undefined {
  const kept = step.state(TASK_KEY)
  return kept === '' ? undefined : (JSON.parse(kept) as RunningTask)
}

/**
 * Kept from before the first change until the outcome is known, so that a killed step can be finished by the post step;
 * after that, only what could not be left safe.
 */
export const savePostState = (step: Step, undertakings: readonly PostState[]): void =>
  step.saveState(KEY, undertakings.length === 0 ? '' : JSON.stringify(undertakings))

/** What the main step left unfinished. */
export function readPostState(step: Step): readonly PostState[] {
  const kept = step.state(KEY)
  return kept === '' ? [] : (JSON.parse(kept) as PostState[])
}

import type { DependentInput } from '../../../../toolkit/idle-inputs.ts'
import type { TaskDefinitionChanges } from './task-definition-changes.ts'

/** The inputs that others depend on. */
interface Read {
  readonly command: string
  readonly dryRun: boolean
  readonly waitFor: string
  readonly onConflict: string
  readonly serviceChanges: { readonly desiredCount?: number }
  readonly taskDefinitionChanges: TaskDefinitionChanges
}

const changesNoContainer = ({ taskDefinitionChanges: changes }: Read): boolean =>
  [changes.images, changes.environment, changes.secrets, changes.dockerLabels, changes.logOptions].every(isEmpty) &&
  isEmpty(changes.environmentFiles) &&
  changes.logDriver === undefined &&
  changes.command === undefined &&
  changes.datadog === undefined

const changesNoList = ({ taskDefinitionChanges: { environment, secrets, dockerLabels } }: Read): boolean =>
  [environment, secrets, dockerLabels].every(isEmpty)

const isEmpty = (list: readonly unknown[]): boolean => list.length === 0

const isRollback = ({ command }: Read): boolean => command === 'rollback'
const changesNothing = ({ command, dryRun }: Read): boolean => dryRun || command === 'verify'
const watchesNothing = ({ waitFor }: Read): boolean => waitFor === 'none'
const waitsForNothing = (inputs: Read): boolean => watchesNothing(inputs) && inputs.onConflict !== 'wait'

const WATCH = '`wait-for` other than `none`'

/** The inputs that do something only beside others. Those that are refused alone, such as `rollback-to`, are not in here. */
export const DEPENDENT_INPUTS: readonly DependentInput<Read>[] = [
  {
    input: 'bake-time',
    isIdle: ({ waitFor }) => waitFor !== 'bake',
    needs: '`wait-for: bake`',
    level: 'warning',
  },
  {
    input: 'environment-mode',
    isIdle: changesNoList,
    needs: '`environment-variables`, `secrets` or `docker-labels`',
    level: 'warning',
  },
  {
    input: 'container-name',
    isIdle: changesNoContainer,
    needs: 'an input that changes a container, such as `image`',
    level: 'info',
  },
  {
    input: 'show-values',
    isIdle: (inputs) => !changesNothing(inputs),
    needs: '`dry-run: true` or `command: verify`',
    level: 'info',
  },
  {
    input: 'scale-in',
    isIdle: ({ serviceChanges }) => serviceChanges.desiredCount === undefined,
    needs: '`desired-count`',
    level: 'info',
  },
  {
    input: 'on-failure',
    isIdle: (inputs, value) => isRollback(inputs) && value !== 'leave',
    needs: 'a command other than `rollback`: a rollback that fails is left as it is',
    level: 'warning',
  },
  {
    input: 'on-failure',
    isIdle: (inputs, value) => !isRollback(inputs) && watchesNothing(inputs) && value !== 'leave',
    needs: WATCH,
    level: 'warning',
  },
  {
    input: 'on-conflict',
    isIdle: (inputs, value) => isRollback(inputs) && value === 'wait',
    needs: 'a command other than `rollback`: a rollback does not wait for a deployment in progress',
    level: 'warning',
  },
  { input: 'max-failed-tasks', isIdle: watchesNothing, needs: WATCH, level: 'warning' },
  { input: 'timeout', isIdle: waitsForNothing, needs: `${WATCH}, or \`on-conflict: wait\``, level: 'info' },
  { input: 'wait-for-minutes', isIdle: waitsForNothing, needs: `${WATCH}, or \`on-conflict: wait\``, level: 'info' },
  {
    input: 'record-file',
    isIdle: changesNothing,
    needs: 'a deploy: `verify` and `dry-run` write no record',
    level: 'info',
  },
]

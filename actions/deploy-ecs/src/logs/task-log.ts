import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { errorMessage } from '../../../../toolkit/errors.ts'
import { regionOf, taskId } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import type { ShowContainerLogs } from '../inputs/inputs.ts'
import { logStreamOf } from './container-log.ts'
import { LogTail } from './log-tail.ts'

/** What of the log is shown: where, and without which secrets. */
export interface LogView {
  readonly show: ShowContainerLogs
  readonly scrub: (line: string) => string
}

type TaskLogContext = Pick<Context, 'aws' | 'clock' | 'log' | 'signal'>

const LAST_LINES = 10
/** CloudWatch shows the last lines of a container late. */
const LOOKS_AFTER_END = 4
const BETWEEN_LOOKS_MS = 1_000

/** Streams the log of a task that runs once. An error is logged once, and never thrown: the exit code decides, not the log. */
export class TaskLog {
  /** The last ten lines, for the error; empty unless they may stand in the job summary. */
  readonly last: string[] = []
  readonly #context: TaskLogContext
  readonly #view: LogView
  readonly #tail: LogTail | undefined
  #isBroken: boolean
  #isExplained = false

  constructor(context: TaskLogContext, container: ContainerDefinition, taskArn: string, view: LogView) {
    this.#context = context
    this.#view = view
    if (view.show === 'never') {
      this.#isBroken = true
      return
    }
    const stream = logStreamOf(container, taskId(taskArn), regionOf(taskArn))
    this.#tail = stream && new LogTail(stream, (line) => this.#print(line))
    this.#isBroken = stream === undefined
    if (stream === undefined) {
      this.#explain(`${container.name} does not log to CloudWatch (\`awslogs\` with an \`awslogs-stream-prefix\`)`)
    }
  }

  /** Logs the new lines. Returns their number. */
  async logNewLines(): Promise<number> {
    if (this.#tail === undefined || this.#isBroken) return 0
    try {
      return await this.#tail.read(this.#context.aws)
    } catch (error) {
      const failure = classifyAwsError(error)
      if (failure === 'cancelled') return 0
      // An error that a retry can fix is retried with the next look at the task.
      this.#isBroken = failure !== 'throttled' && failure !== 'transient'
      this.#explain(errorMessage(error))
      return 0
    }
  }

  /** Logs the remaining lines after the task has ended. Returns when no more come. */
  async logRemainingLines(): Promise<void> {
    for (let look = 1; look <= LOOKS_AFTER_END; look++) {
      if (look > 1) await this.#context.clock.sleep(BETWEEN_LOOKS_MS, this.#context.signal)
      const count = await this.logNewLines()
      if (this.#isBroken || (look > 1 && count === 0 && this.last.length > 0)) return
    }
  }

  #print(whole: string): void {
    const line = this.#view.scrub(whole)
    this.#context.log.info(`  ${line}`)
    if (this.#view.show !== 'summary') return
    this.last.push(line)
    if (this.last.length > LAST_LINES) this.last.shift()
  }

  #explain(why: string): void {
    if (!this.#isExplained) this.#context.log.info(`Cannot show the log of the task: ${why}`)
    this.#isExplained = true
  }
}

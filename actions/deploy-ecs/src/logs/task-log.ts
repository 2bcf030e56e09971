import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { regionOf, taskId } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { logStreamOf } from './container-log.ts'
import { LogTail } from './log-tail.ts'

type TaskLogContext = Pick<Context, 'aws' | 'clock' | 'log' | 'signal'>

const LAST_LINES = 10
/** What a container wrote last takes CloudWatch a moment to show. */
const LOOKS_AFTER_THE_END = 4
const BETWEEN_THEM_MS = 1_000

/** The log of a task that runs once, told as it grows. It never decides anything, so neither do errors. */
export class TaskLog {
  /** The last lines that were told. */
  readonly last: string[] = []
  readonly #context: TaskLogContext
  readonly #tail: LogTail | undefined
  #isBroken: boolean
  #isExplained = false

  constructor(context: TaskLogContext, container: ContainerDefinition, taskArn: string) {
    this.#context = context
    const stream = logStreamOf(container, taskId(taskArn), regionOf(taskArn))
    this.#tail = stream && new LogTail(stream, (line) => this.#tell(line))
    this.#isBroken = stream === undefined
    if (stream === undefined) {
      this.#explain(`${container.name} does not log to CloudWatch (\`awslogs\` with an \`awslogs-stream-prefix\`)`)
    }
  }

  /** Tells what is new, and gives how many lines that is. */
  async look(): Promise<number> {
    if (this.#tail === undefined || this.#isBroken) return 0
    try {
      return await this.#tail.read(this.#context.aws)
    } catch (error) {
      const failure = classifyAwsError(error)
      if (failure === 'cancelled') return 0
      // What may pass is tried again with the next look at the task.
      this.#isBroken = failure !== 'throttled' && failure !== 'transient'
      this.#explain(error instanceof Error ? error.message : String(error))
      return 0
    }
  }

  /** After the end: tells what is left, and is through once nothing more comes. */
  async rest(): Promise<void> {
    for (let look = 1; look <= LOOKS_AFTER_THE_END; look++) {
      if (look > 1) await this.#context.clock.sleep(BETWEEN_THEM_MS, this.#context.signal)
      const told = await this.look()
      if (this.#isBroken || (look > 1 && told === 0 && this.last.length > 0)) return
    }
  }

  #tell(line: string): void {
    this.#context.log.info(`  ${line}`)
    this.last.push(line)
    if (this.last.length > LAST_LINES) this.last.shift()
  }

  #explain(why: string): void {
    if (!this.#isExplained) this.#context.log.info(`The log of the task is not shown here: ${why}`)
    this.#isExplained = true
  }
}

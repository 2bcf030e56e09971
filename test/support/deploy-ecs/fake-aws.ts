// AWS as a table of answers, for tests of code that makes a few calls. What has to behave like ECS uses the emulator (ecs-cloud.ts).
import { AwsCalls } from '../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import type { Clients } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { FakeClock } from '../clock.ts'

/** The answer to one operation: a value, an error to throw, or a function of the request and the number of the call, from 1. */
export type Answer = object | ((input: Input, count: number) => object | Promise<object>)
export type Input = Readonly<Record<string, unknown>>

/** A call that was made. */
export interface Call {
  /** Such as `DescribeServices`. */
  readonly operation: string
  readonly input: Input
  /** Of the client, where the code chose one. */
  readonly region?: string
}

export interface FakeAws {
  readonly aws: AwsCalls
  readonly clock: FakeClock
  /** All calls, in order. */
  readonly calls: readonly Call[]
  /** The requests of one operation, in order. */
  requests(operation: string): readonly Input[]
  cancel(): void
}

/** AWS calls that are answered from a table, by operation. An operation that is not in it is refused. */
export function fakeAws(answers: Readonly<Record<string, Answer>>): FakeAws {
  const calls: Call[] = []
  const controller = new AbortController()
  const client = (region?: string) => ({
    async send(command: { readonly input: Input; readonly constructor: { readonly name: string } }) {
      const operation = command.constructor.name.replace(/Command$/, '')
      calls.push({ operation, input: command.input, ...(region === undefined ? {} : { region }) })
      const answer = answers[operation]
      const count = calls.filter((call) => call.operation === operation).length
      const given = typeof answer === 'function' ? await answer(command.input, count) : answer
      if (given === undefined) throw new Error(`No answer for call ${count} of ${operation}.`)
      if (given instanceof Error) throw given
      return given
    },
  })
  const clients = {
    ...{ ecs: client(), elb: client(), sts: client(), ecr: client, logs: client },
    of: (_: unknown, region: string) => client(region),
  } as unknown as Clients
  const clock = new FakeClock()
  return {
    aws: new AwsCalls(clients, clock, controller.signal),
    clock,
    calls,
    requests: (operation) => calls.filter((call) => call.operation === operation).map(({ input }) => input),
    cancel: () => controller.abort(),
  }
}

/** An error of the SDK: `name` is AWS's error code. */
export const awsError = (name: string, message = name): Error => Object.assign(new Error(message), { name })

/** A log that keeps its lines, each with its level: `warning: …`. */
export function fakeLog() {
  const lines: string[] = []
  const at = (level: string) => (line: string) => void lines.push(`${level}: ${line}`)
  return {
    lines,
    log: {
      info: at('info'),
      warning: at('warning'),
      notice: at('notice'),
      error: at('error'),
      debug: at('debug'),
    } as never,
  }
}

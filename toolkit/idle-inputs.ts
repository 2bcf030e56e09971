import type { InputReader } from './inputs.ts'
import type { Log } from './log.ts'

/** An input that does something only beside others. */
export interface DependentInput<I> {
  readonly input: string
  /** Whether this value of it does nothing beside these inputs. */
  readonly isIdle: (inputs: I, value: string) => boolean
  /** What it needs, to complete "it needs …". */
  readonly needs: string
  /** `warning` where something was asked for that does not happen, `info` where nothing is lost. */
  readonly level: 'warning' | 'info'
}

/** A line of the log about inputs that do nothing. */
export interface IdleInputs {
  readonly level: 'warning' | 'info'
  readonly text: string
}

/** The inputs that are given and do nothing, those with the same need together. The default of an input counts as not given. */
export function idleInputs<I>(
  reader: Pick<InputReader, 'text'>,
  inputs: I,
  table: readonly DependentInput<I>[],
): readonly IdleInputs[] {
  const idle = table.filter(({ input, isIdle }) => {
    const value = reader.text(input)
    return value !== undefined && isIdle(inputs, value)
  })
  return [...Map.groupBy(idle, ({ needs, level }) => `${level} ${needs}`).values()].flatMap((group) => {
    const [first, ...others] = group
    if (first === undefined) return []
    const names = group.map(({ input }) => `\`${input}\``).join(', ')
    const [does, it] = others.length === 0 ? ['does', 'it needs'] : ['do', 'they need']
    return [{ level: first.level, text: `${names} ${does} nothing here: ${it} ${first.needs}.` }]
  })
}

/** Says which inputs do nothing. */
export function reportIdleInputs(log: Log, idle: readonly IdleInputs[]): void {
  for (const { level, text } of idle) log[level](text)
}

// Reads what a step prints: obeys its workflow commands, masks secrets, and reports the rest as log lines.
import type { Annotation, EventLocation, RunnerEvent } from '../events.ts'
import type { Mask } from './mask.ts'
import { annotationOf, parseCommand } from './workflow-command.ts'

/** Commands that GitHub disabled, and commands that the rehearsal runner does not have. */
const refused = ['set-output', 'save-state', 'set-env', 'add-path', 'add-matcher', 'remove-matcher']

/** The prefix of an annotation in GitHub's log. */
const label = { notice: 'Notice', warning: 'Warning', error: 'Error' } as const

export interface StepOutput {
  /** Takes one line of the step's stdout or stderr. */
  line(text: string): void
  annotate(annotation: Annotation): void
  /** Errors so far. They fail the step. */
  readonly problems: readonly string[]
}

/** Starts reading the output of the step at `at`. */
export function readStepOutput(at: EventLocation, mask: Mask, on: (event: RunnerEvent) => void): StepOutput {
  const problems: string[] = []
  let resumeToken: string | undefined

  const print = (text: string) => on({ type: 'log', at, line: mask.apply(text) })
  const annotate = (annotation: Annotation) =>
    on({
      type: 'annotation',
      at,
      annotation: {
        ...annotation,
        message: mask.apply(annotation.message),
        title: annotation.title === undefined ? undefined : mask.apply(annotation.title),
      },
    })

  const line = (text: string) => {
    const command = parseCommand(text, resumeToken)
    if (resumeToken !== undefined) {
      // Between stop-commands and its token a step prints untrusted text: no command in it counts.
      if (command?.name === resumeToken) resumeToken = undefined
      else print(text)
    } else if (command?.name === 'add-mask') mask.add(command.message)
    else if (command?.name === 'stop-commands') resumeToken = command.message.toLowerCase()
    else if (command?.name === 'debug' || command?.name === 'echo' || command?.name === 'endgroup') return
    else if (command?.name === 'group') print(`▸ ${command.message}`)
    else if (command !== undefined && refused.includes(command.name)) {
      problems.push(`The step used ::${command.name}::, which the rehearsal runner refuses.`)
    } else {
      const annotation = command === undefined ? undefined : annotationOf(command)
      if (annotation !== undefined) annotate(annotation)
      print(annotation === undefined ? text : `${label[annotation.level]}: ${annotation.message}`)
    }
  }
  return { line, annotate, problems }
}

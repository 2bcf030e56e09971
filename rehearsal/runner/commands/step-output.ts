// Follows what a step prints: obeys its commands, masks the rest, and reports it.

import { type Annotation, annotationOf, type Place, type RunnerEvent } from '../events.ts'
import type { Mask } from './mask.ts'
import { readCommand } from './workflow-command.ts'

/** Commands of the runner that were switched off long ago, or that have no counterpart here. */
const refused = [
  'set-output',
  'save-state',
  'set-env',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'internal-set-repo-path',
]

/** How GitHub words an annotation in the log. */
const label = { notice: 'Notice', warning: 'Warning', error: 'Error' } as const

export interface Listener {
  line(text: string): void
  annotate(annotation: Annotation): void
  readonly problems: readonly string[]
}

export function listen(at: Place, mask: Mask, on: (event: RunnerEvent) => void): Listener {
  const problems: string[] = []
  let resume: string | undefined

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
    const command = readCommand(text)
    if (resume !== undefined) {
      // A step may print text of others between stop-commands and its own token: nothing in it counts.
      if (command?.name === resume) resume = undefined
      else print(text)
    } else if (command?.name === 'add-mask') mask.add(command.message)
    else if (command?.name === 'stop-commands') resume = command.message.toLowerCase()
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

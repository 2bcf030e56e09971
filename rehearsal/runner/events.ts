import type { Command } from './commands/workflow-command.ts'

/** What became of a step or a job. */
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped'

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'error'
  readonly message: string
  readonly title?: string | undefined
  readonly file?: string | undefined
  readonly line?: number | undefined
}

/** Where in a run something happens: the jobs from the outermost to the innermost, and the step if there is one. */
export interface Place {
  readonly job: readonly string[]
  readonly step?: string
}

/** What a run reports while it goes on. All text is masked. */
export type RunnerEvent =
  | { readonly type: 'job-started'; readonly at: Place; readonly name: string }
  | { readonly type: 'job-finished'; readonly at: Place; readonly name: string; readonly conclusion: Conclusion }
  | {
      readonly type: 'step-started'
      readonly at: Place
      readonly name: string
      readonly uses: string | undefined
      readonly phase: 'main' | 'post'
    }
  | { readonly type: 'log'; readonly at: Place; readonly line: string }
  | { readonly type: 'annotation'; readonly at: Place; readonly annotation: Annotation }
  | {
      readonly type: 'step-finished'
      readonly at: Place
      readonly name: string
      readonly phase: 'main' | 'post'
      readonly conclusion: Conclusion
      readonly seconds: number
    }

/** The annotation in a `::notice::`, `::warning::` or `::error::` command. */
export function annotationOf({ name, properties, message }: Command): Annotation | undefined {
  if (name !== 'notice' && name !== 'warning' && name !== 'error') return undefined
  const line = Number(properties['line'])
  return { level: name, message, title: properties['title'], file: properties['file'], ...(line > 0 ? { line } : {}) }
}

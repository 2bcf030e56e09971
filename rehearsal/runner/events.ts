/** Result of a step or a job. */
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped'

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'error'
  readonly message: string
  readonly title?: string | undefined
  readonly file?: string | undefined
  readonly line?: number | undefined
}

/** The job and step that an event is about. */
export interface EventLocation {
  /** Job ids, from the outermost calling job to the innermost. */
  readonly job: readonly string[]
  /** Step id; after a composite action's own, separated by `/`. Missing for events of the job. */
  readonly step?: string
}

/** Progress of a run. Secrets in all text are masked. */
export type RunnerEvent =
  | { readonly type: 'job-started'; readonly at: EventLocation; readonly name: string }
  | {
      readonly type: 'job-finished'
      readonly at: EventLocation
      readonly name: string
      readonly conclusion: Conclusion
    }
  | {
      readonly type: 'step-started'
      readonly at: EventLocation
      readonly name: string
      readonly uses: string | undefined
      readonly phase: 'main' | 'post'
    }
  | { readonly type: 'log'; readonly at: EventLocation; readonly line: string }
  | { readonly type: 'annotation'; readonly at: EventLocation; readonly annotation: Annotation }
  | {
      readonly type: 'step-finished'
      readonly at: EventLocation
      readonly name: string
      readonly phase: 'main' | 'post'
      readonly conclusion: Conclusion
      readonly seconds: number
    }

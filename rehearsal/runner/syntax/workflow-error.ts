/** A workflow or action file that does not parse, or that asks for something the rehearsal runner does not have. */
export class WorkflowError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'WorkflowError'
  }
}

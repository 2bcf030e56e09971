import * as core from '@actions/core'

/** What this action asks of the GitHub runner beyond inputs, outputs and logs. A test passes its own. */
export interface Runner {
  /** A token of the job's own identity, for `audience`. */
  idToken(audience: string): Promise<string>
  /** Sets an environment variable for the steps that follow. */
  exportVariable(name: string, value: string): void
}

export const githubRunner: Runner = {
  idToken: (audience) => core.getIDToken(audience),
  exportVariable: (name, value) => core.exportVariable(name, value),
}

import * as core from '@actions/core'
import type { World } from '../../../toolkit/runtime.ts'
import { requestJobToken } from './job-token.ts'

/** What this action uses of GitHub's runner besides inputs, outputs and logs. A test passes its own. */
export interface Runner {
  /** The job's OpenID Connect token for `audience`. */
  idToken(audience: string): Promise<string>
  /** Sets an environment variable for the steps that follow. */
  exportVariable(name: string, value: string): void
}

export const githubRunner = (world: World): Runner => ({
  idToken: (audience) => requestJobToken(audience, world),
  exportVariable: (name, value) => core.exportVariable(name, value),
})

import * as core from '@actions/core'
import { SlipwayError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { requestJobToken } from './sts/job-token.ts'

/** What this action uses of GitHub's runner besides inputs, outputs and logs. A test passes its own. */
export interface Runner {
  /** The job's OpenID Connect token for `audience`. */
  idToken(audience: string): Promise<string>
  /** Sets an environment variable for the steps that follow. */
  exportVariable(name: string, value: string): void
}

export const githubRunner = (world: World): Runner => ({
  idToken: (audience) => requestJobToken(audience, world),
  exportVariable(name, value) {
    try {
      core.exportVariable(name, value)
    } catch (cause) {
      throw new SlipwayError(`The variable \`${name}\` could not be set for the steps that follow.`, {
        hint: 'Free disk space on the runner. Steps that run all the same may have some of the variables and not others.',
        cause,
      })
    }
  },
})

import type { Session } from './assume.ts'
import type { Runner } from './runner.ts'

const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const

/** Hands the role's credentials to the steps that follow. They must be masked by now. */
export function exportSession(session: Session, region: string, runner: Runner): void {
  const values = {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  }
  for (const [name, value] of Object.entries(values)) runner.exportVariable(name, value)
}

/** Takes them away again: AWS's tools read an empty variable as none. */
export function clearSession(runner: Runner): void {
  for (const name of CREDENTIALS) runner.exportVariable(name, '')
}

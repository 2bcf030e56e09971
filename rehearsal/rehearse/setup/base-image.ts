import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Builds the base image of the example from this machine's Node, so that nothing is pulled. Returns its name, which
 * contains the rehearsal's id.
 */
export async function makeBaseImage(script: string, node: string, id: string): Promise<string> {
  const name = `slipway-rehearsal-${id}/base:latest`
  await run(script, [name, node])
  return name
}

// The base that the example's image is built on, made from the Node of this machine: nothing is pulled from anywhere.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Makes the image and gives its name, which is this rehearsal's own. */
export async function makeBaseImage(script: string, node: string, id: string): Promise<string> {
  const name = `slipway-rehearsal-${id}/base:latest`
  await run(script, [name, node])
  return name
}

import { execFileSync } from 'node:child_process'
import type { StandIn } from '../runner/stand-in.ts'

/** Simulates hashicorp/setup-terraform: uses the Terraform on PATH, whatever its version. */
export const setupTerraform: StandIn = {
  inputs: ['terraform_version', 'terraform_wrapper'],
  run: async ({ env, log }) => {
    const version = execFileSync('terraform', ['version'], { env: { ...env }, encoding: 'utf8' }).split('\n')[0]
    log(`Using the machine's own ${version}`)
    return {}
  },
}

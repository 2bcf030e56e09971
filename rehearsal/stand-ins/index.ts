// Simulated versions of actions that need GitHub or the internet. The README documents them.
import type { StandIn } from '../runner/stand-in.ts'
import { checkout } from './checkout.ts'
import { configureAwsCredentials, type Keys } from './configure-aws-credentials.ts'
import { setupTerraform } from './setup-terraform.ts'

/** All stand-ins, by the action that they replace. Every other action runs as it is. */
export const standIns = (keys: Keys): Readonly<Record<string, StandIn>> => ({
  'actions/checkout': checkout,
  'aws-actions/configure-aws-credentials': configureAwsCredentials(keys),
  'hashicorp/setup-terraform': setupTerraform,
})

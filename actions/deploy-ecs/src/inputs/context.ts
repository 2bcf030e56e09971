import type { World } from '../../../../toolkit/runtime.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Inputs } from './inputs.ts'

/** What one step works with: the runner's world, AWS in one region, and the validated inputs. */
export interface Context extends World {
  readonly aws: AwsCalls
  readonly inputs: Inputs
  readonly region: string
}

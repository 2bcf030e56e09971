import { InputError } from '../errors.ts'
import type { InputReader } from '../inputs.ts'
import type { World } from '../runtime.ts'

/** Reads `aws-region`, which is what AWS's own actions call it. */
export function readRegion(reader: InputReader): string | undefined {
  const region = reader.text('aws-region')
  if (region === undefined || /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) return region
  throw new InputError('aws-region', `is \`${region}\`, which is not the name of a region.`, {
    hint: 'Write, for example, `eu-west-1`: not the name of an availability zone.',
  })
}

/** The same world with another AWS region, for SDK clients and for programs that are run. */
export const inRegion = (world: World, region: string | undefined): World =>
  region === undefined ? world : { ...world, env: { ...world.env, AWS_REGION: region, AWS_DEFAULT_REGION: region } }

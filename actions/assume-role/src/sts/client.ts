import { STSClient } from '@aws-sdk/client-sts'
import { awsConfig } from '../../../../toolkit/aws/aws-config.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** Temporary credentials of a role. */
export interface Session {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** The keys of a session, or those of a user, which have no token. */
export type Keys = Omit<Session, 'expiration' | 'sessionToken'> & { readonly sessionToken?: string }

/** A client of STS that signs with `keys`, else with the credentials of the environment. */
export const stsClient = ({ region }: Inputs, env: Environment, keys?: Keys): STSClient =>
  new STSClient({ ...awsConfig(env, region), ...(keys === undefined ? {} : { credentials: keys }) })

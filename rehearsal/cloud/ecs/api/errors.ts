import { AwsError } from '../../kernel/errors.ts'

export const notSimulated = (what: string): AwsError =>
  new AwsError('UnsupportedFeatureException', `The rehearsal cloud does not simulate ${what}.`)

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message)

export const conflict = (message: string, resource: string): AwsError =>
  new AwsError('ConflictException', message, 400, { resourceIds: [resource] })

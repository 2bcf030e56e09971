import type { StandInCall } from '../../../../rehearsal/runner/stand-in.ts'
import { configureAwsCredentials } from '../../../../rehearsal/stand-ins/configure-aws-credentials.ts'

const inputs = { 'aws-region': 'eu-west-1', 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy' }
const run = (more: Partial<StandInCall>) =>
  configureAwsCredentials({ accessKeyId: 'AKIA', secretAccessKey: 'x' }).run({
    ...{ inputs, env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, permissions: { 'id-token': 'write' } },
    ...more,
  } as StandInCall)

test.each<[string, Partial<StandInCall>, string]>([
  ['a region', { inputs: { ...inputs, 'aws-region': '' } }, 'Input required and not supplied: aws-region'],
  ['a role', { inputs: { 'aws-region': 'eu-west-1' } }, 'Input required and not supplied: role-to-assume'],
  ['the permission id-token', { permissions: { 'id-token': 'read' } as never }, '`permissions: id-token: write`'],
  ['the rehearsal cloud’s address', { env: {} }, 'A rehearsal never calls the real AWS.'],
])('refuses a step without %s', async (_, more, message) => {
  await expect(run(more)).rejects.toThrow(message)
})

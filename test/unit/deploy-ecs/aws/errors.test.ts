import { isRefusal, isRetryable } from '../../../../actions/deploy-ecs/src/aws/errors.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { awsError } from '../../../support/deploy-ecs/fake-aws.ts'

// Neither: expired credentials and a cancelled run end the step.
test.each<[unknown, { retryable: boolean; refusal: boolean }]>([
  [awsError('ThrottlingException'), { retryable: true, refusal: false }],
  [awsError('ServerException'), { retryable: true, refusal: false }],
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), { retryable: true, refusal: false }],
  [Object.assign(new Error('x'), { $metadata: { httpStatusCode: 503 } }), { retryable: true, refusal: false }],
  [awsError('AccessDeniedException'), { retryable: false, refusal: true }],
  [awsError('InvalidParameterException'), { retryable: false, refusal: true }],
  [awsError('ServiceNotActiveException'), { retryable: false, refusal: true }],
  [new Error('wrapped', { cause: awsError('ThrottlingException') }), { retryable: true, refusal: false }],
  [awsError('ExpiredTokenException'), { retryable: false, refusal: false }],
  [new CancelledError('x'), { retryable: false, refusal: false }],
])('%s is %j', (error, { retryable, refusal }) => {
  expect(isRetryable(error)).toBe(retryable)
  expect(isRefusal(error)).toBe(refusal)
})

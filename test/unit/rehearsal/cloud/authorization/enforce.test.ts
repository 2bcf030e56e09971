import { type Decided, enforce } from '../../../../../rehearsal/cloud/authorization/enforce.ts'
import { parsePolicy } from '../../../../../rehearsal/cloud/iam/policy.ts'
import type { Call } from '../../../../../rehearsal/cloud/kernel/service.ts'

const call = (action: string, role: string | undefined): Call => ({
  service: 'ecs',
  protocol: 'json',
  action,
  caller: {
    account: '123456789012',
    region: 'eu-west-1',
    arn: 'arn:aws:sts::123456789012:assumed-role/deploy/run',
    userId: 'AROA:run',
    role,
    accessKeyId: 'ASIA',
  },
  request: {
    method: 'POST',
    url: new URL('http://127.0.0.1/'),
    headers: {},
    body: Buffer.from(JSON.stringify({ cluster: 'prod', service: 'web', services: ['web'] })),
    arrived: 0,
  },
})

const decisions: Decided[] = []
const policy = parsePolicy(
  JSON.stringify({
    Statement: [
      { Sid: 'Look', Effect: 'Allow', Action: 'ecs:Describe*', Resource: '*' },
      { Sid: 'Never', Effect: 'Deny', Action: 'ecs:ListServiceDeployments', Resource: '*' },
    ],
  }),
)
const guard = enforce({
  facts: { rolesOf: () => [] },
  policiesOf: ({ caller }) => (caller.role === 'deploy' ? [policy] : undefined),
  decided: (decided) => decisions.push(decided),
})

test('lets an allowed call through, and says which statement allowed it', () => {
  expect(guard(call('DescribeServices', 'deploy'))).toBeUndefined()
  expect(decisions.at(-1)).toMatchObject({
    request: { action: 'ecs:DescribeServices' },
    decision: { answer: 'allowed', by: { sid: 'Look' } },
  })
})

const WHO = 'User: arn:aws:sts::123456789012:assumed-role/deploy/run is not authorized to perform: '
const WEB = 'on resource: arn:aws:ecs:eu-west-1:123456789012:service/prod/web'
test.each([
  [
    'UpdateService',
    `${WHO}ecs:UpdateService ${WEB} because no identity-based policy allows the ecs:UpdateService action`,
  ],
  [
    'ListServiceDeployments',
    `${WHO}ecs:ListServiceDeployments ${WEB} with an explicit deny in an identity-based policy`,
  ],
])("refuses %s with AWS's words", (action, message) => {
  expect(guard(call(action, 'deploy'))?.error).toMatchObject({ code: 'AccessDeniedException', status: 400, message })
})

test('asks nothing of a caller without policies', () => {
  expect(guard(call('UpdateService', undefined))).toBeUndefined()
})

import { lookUpRole, trustsTasks } from '../../../../actions/deploy-ecs/src/dependencies/role.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

describe('trustsTasks', () => {
  const tasks = { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const lambda = { ...tasks, Principal: { Service: 'lambda.amazonaws.com' } }

  test.each<[boolean, unknown]>([
    [true, [tasks]],
    [true, tasks],
    [true, [lambda, tasks]],
    [true, [{ ...tasks, Principal: { Service: ['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com'] } }]],
    [true, [{ ...tasks, Action: ['sts:AssumeRole', 'sts:TagSession'] }]],
    [true, [{ ...tasks, Action: 'sts:*' }]],
    [true, [{ ...tasks, Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } }]],
    [true, [{ ...tasks, Principal: '*' }]],
    [true, [{ Effect: 'Allow', NotPrincipal: { AWS: 'x' }, Action: 'sts:AssumeRole' }]],
    [false, [lambda]],
    [false, []],
    [false, [{ ...tasks, Effect: 'Deny' }]],
    [false, [{ ...tasks, Action: 'sts:TagSession' }]],
    [false, [{ ...tasks, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }]],
  ])('is %s for %j', (answer, Statement) => {
    const document = JSON.stringify({ Version: '2012-10-17', Statement })
    expect(trustsTasks(encodeURIComponent(document))).toBe(answer)
    expect(trustsTasks(document)).toBe(answer)
  })

  test('is true for a policy that cannot be read', () => {
    expect(trustsTasks(undefined)).toBe(true)
    expect(trustsTasks('%')).toBe(true)
  })
})

describe('lookUpRole', () => {
  const arn = 'arn:aws:iam::123456789012:role/team/web'
  const dependency = { kind: 'role', name: 'web', account: '123456789012', region: 'eu-west-1' } as const
  const policy = (service: string) =>
    encodeURIComponent(
      JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] }),
    )
  const role = (Arn = arn, service = 'ecs-tasks.amazonaws.com') => ({
    GetRole: { Role: { Arn, AssumeRolePolicyDocument: policy(service) } },
  })

  test('finds a role that tasks can assume, by its name', async () => {
    const { aws, requests } = fakeAws(role())
    expect(await lookUpRole(aws, { ...dependency, arn })).toEqual({ kind: 'found' })
    expect(await lookUpRole(aws, dependency)).toEqual({ kind: 'found' })
    expect(requests('GetRole')).toEqual([{ RoleName: 'web' }, { RoleName: 'web' }])
  })

  test('reports a role with another path, which ECS could not assume by this ARN', async () => {
    const { aws } = fakeAws(role())
    const lookup = await lookUpRole(aws, { ...dependency, arn: 'arn:aws:iam::123456789012:role/web' })
    expect(lookup).toMatchObject({ kind: 'missing', fix: `Write \`${arn}\`` })
  })

  test('reports a role that tasks cannot assume', async () => {
    const { aws } = fakeAws(role(arn, 'lambda.amazonaws.com'))
    expect(await lookUpRole(aws, { ...dependency, arn })).toMatchObject({
      kind: 'missing',
      fix: expect.stringContaining('`ecs-tasks.amazonaws.com`'),
    })
  })

  test('reports a role that does not exist', async () => {
    const { aws } = fakeAws({ GetRole: awsError('NoSuchEntityException') })
    expect(await lookUpRole(aws, dependency)).toMatchObject({ kind: 'missing', problem: 'does not exist' })
  })
})

import { checkDependencies } from '../../../../actions/deploy-ecs/src/dependencies/check.ts'
import type { Dependency, Reference } from '../../../../actions/deploy-ecs/src/dependencies/collect.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const here = { account: '123456789012', region: 'eu-west-1' }
const group = (name: string, more: object = {}) => ({ kind: 'log group', name, ...here, ...more }) as Dependency
const by = (dependency: Dependency, who: string): Reference => ({ dependency, by: `task definition \`${who}\`` })

async function check(references: readonly Reference[], answers: Readonly<Record<string, Answer>>) {
  const fake = fakeAws(answers)
  const { lines, log } = fakeLog()
  const error = await checkDependencies({ aws: fake.aws, log }, references, here).then(() => undefined, describeError)
  return { ...fake, error, lines }
}

const none = { logGroups: [] }
const present = (...names: readonly string[]) => ({ logGroups: names.map((logGroupName) => ({ logGroupName })) })

test('looks for each dependency once, however many references it has', async () => {
  const references = [by(group('/a'), 'web'), by(group('/a'), 'api'), by(group('/b'), 'api')]
  const { error, calls } = await check(references, { DescribeLogGroups: present('/a', '/b') })
  expect(error).toBeUndefined()
  expect(calls).toHaveLength(2)
})

test('names each reference of a dependency that is missing, once', async () => {
  const references = [by(group('/a'), 'web'), by(group('/a'), 'web'), by(group('/a'), 'api'), by(group('/b'), 'api')]
  const { error } = await check(references, {
    DescribeLogGroups: ({ logGroupNamePrefix }) => (logGroupNamePrefix === '/b' ? present('/b') : none),
  })
  const lines = (error ?? '').split('\n')
  expect(lines[0]).toMatch(/^Task definition `web`: log group `\/a` does not exist in eu-west-1\. .+\.$/)
  expect(lines[1]).toMatch(/^Task definition `api`: log group `\/a` does not exist in eu-west-1\. .+\.$/)
  expect(lines[2]).toMatch(/^Next: Nothing was changed/)
  expect(lines).toHaveLength(3)
})

test('looks three times, five seconds apart, for what is missing, as AWS may not show it yet', async () => {
  const late = await check([by(group('/a'), 'web'), by(group('/b'), 'web')], {
    DescribeLogGroups: ({ logGroupNamePrefix }, count) =>
      logGroupNamePrefix === '/b' || count === 4 ? present('/a', '/b') : none,
  })
  expect(late.error).toBeUndefined()
  expect(late.calls.map(({ input }) => input['logGroupNamePrefix'])).toEqual(['/a', '/b', '/a', '/a'])
  expect(late.clock.slept).toEqual([5_000, 5_000])
  const gone = await check([by(group('/a'), 'web')], { DescribeLogGroups: none })
  expect(gone.error).toContain('does not exist')
  expect(gone.calls).toHaveLength(3)
})

test('does not fail for what cannot be looked for, and logs one line for each reason', async () => {
  const references = [
    by(group('/a'), 'web'),
    by(group('/b'), 'web'),
    by(group('/c', { account: '210987654321' }), 'web'),
  ]
  const { error, lines, clock } = await check(references, { DescribeLogGroups: awsError('AccessDeniedException') })
  expect(error).toBeUndefined()
  expect(clock.slept).toEqual([])
  expect(lines).toHaveLength(2)
  expect(lines.join('\n')).toContain(
    'log group `/a`, log group `/b` (the credentials may not call `logs:DescribeLogGroups`)',
  )
  expect(lines.join('\n')).toMatch(/log group `\/c` \(.*210987654321.*\)/)
})

test.each<[Dependency, Readonly<Record<string, Answer>>, string]>([
  [{ kind: 'role', name: 'web', ...here }, { GetRole: awsError('NoSuchEntityException') }, 'role `web` does not exist'],
  [
    { kind: 'secret', name: 'db', ...here },
    { DescribeSecret: awsError('ResourceNotFoundException') },
    'secret `db` does not',
  ],
  [
    { kind: 'parameter', name: '/a', names: ['/a'], ...here },
    { DescribeParameters: {} },
    'parameter `/a` does not exist',
  ],
  // ECS takes neither of these for a secret.
  [
    { kind: 'value', name: 'arn:aws:s3:::bucket/key', ...here },
    {},
    'value `arn:aws:s3:::bucket/key` is neither a secret',
  ],
])('%j is looked for by its kind', async (dependency, answers, message) => {
  expect((await check([by(dependency, 'web')], answers)).error).toContain(`Task definition \`web\`: ${message}`)
})

test('a parameter of another account is not looked for', async () => {
  const other: Dependency = { kind: 'parameter', name: '/a', names: ['/a'], ...here, account: '210987654321' }
  const { error, calls, lines } = await check([by(other, 'web')], {})
  expect(error).toBeUndefined()
  expect(calls).toEqual([])
  expect(lines.join()).toContain('parameter `/a`')
})

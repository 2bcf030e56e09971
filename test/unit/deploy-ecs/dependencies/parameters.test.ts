import { lookUpParameters } from '../../../../actions/deploy-ecs/src/dependencies/parameters.ts'
import { awsError, fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const parameter = (name: string, names: readonly string[] = [name], region = 'eu-west-1') =>
  ({ kind: 'parameter', name, names, account: '123456789012', region }) as const

const asked = ({ ParameterFilters }: Input) => (ParameterFilters as [{ Values: readonly string[] }])[0].Values

/** A parameter store that has these. */
const storeOf = (...present: readonly string[]) =>
  fakeAws({
    DescribeParameters: (input) => ({
      Parameters: asked(input)
        .filter((name) => present.includes(name))
        .map((Name) => ({ Name })),
    }),
  })

const kinds = async (...given: Parameters<typeof lookUpParameters>) =>
  [...(await lookUpParameters(...given))].map(([{ name }, { kind }]) => [name, kind])

test('looks for many parameters with one call, which never returns a value', async () => {
  const { aws, calls } = storeOf('/a', 'c')
  expect(await kinds(aws, [parameter('/a'), parameter('/b'), parameter('/c', ['c', '/c'])])).toEqual([
    ['/a', 'found'],
    ['/b', 'missing'],
    ['/c', 'found'],
  ])
  expect(calls.map(({ operation }) => operation)).toEqual(['DescribeParameters'])
  expect(asked(calls[0]?.input ?? {})).toEqual(['/a', '/b', 'c', '/c'])
})

test('asks each region for its own', async () => {
  const { aws, calls } = storeOf('/a', '/b')
  await lookUpParameters(aws, [parameter('/a'), parameter('/b', ['/b'], 'us-east-1')])
  expect(calls.map(({ region, input }) => [region, asked(input)])).toEqual([
    ['eu-west-1', ['/a']],
    ['us-east-1', ['/b']],
  ])
})

test('never asks for more than fifty names at once, also where each has two', async () => {
  const { aws, requests } = storeOf()
  const many = Array.from({ length: 26 }, (_, index) => parameter(`/p${index}`, [`p${index}`, `/p${index}`]))
  expect(await kinds(aws, many)).toHaveLength(26)
  expect(requests('DescribeParameters').map((input) => asked(input).length)).toEqual([50, 2])
})

test('reads all pages, also after an empty one', async () => {
  const { aws } = fakeAws({
    DescribeParameters: ({ NextToken }: Input) =>
      NextToken === undefined ? { Parameters: [], NextToken: '2' } : { Parameters: [{ Name: '/a' }] },
  })
  expect(await kinds(aws, [parameter('/a')])).toEqual([['/a', 'found']])
})

test.each(['/aws/service/ami-amazon-linux-latest/x', 'aws/reference/secretsmanager/db'])(
  'does not look for %s, which no account lists',
  async (name) => {
    const { aws, calls } = storeOf()
    expect(await kinds(aws, [parameter(name)])).toEqual([[name, 'unknown']])
    expect(calls).toEqual([])
  },
)

test('reports all of a call that may not be made as unknown', async () => {
  const { aws } = fakeAws({ DescribeParameters: awsError('AccessDeniedException') })
  expect(await kinds(aws, [parameter('/a'), parameter('/b')])).toEqual([
    ['/a', 'unknown'],
    ['/b', 'unknown'],
  ])
})

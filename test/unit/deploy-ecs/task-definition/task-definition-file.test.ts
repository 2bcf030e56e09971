import { parseTaskDefinitionFile } from '../../../../actions/deploy-ecs/src/task-definition/task-definition-file.ts'
import { describeError } from '../../../../toolkit/errors.ts'

describe('a task definition file', () => {
  const read = (document: unknown) => parseTaskDefinitionFile(JSON.stringify(document), 'td.json', 'web')
  const refusal = (text: string) => {
    try {
      parseTaskDefinitionFile(text, 'td.json', 'web')
    } catch (error) {
      return describeError(error)
    }
    return 'not refused'
  }

  test('has the form of RegisterTaskDefinition, or that of `aws ecs describe-task-definition`', () => {
    const containerDefinitions = [{ name: 'app', image: 'web:1' }]
    expect(read({ containerDefinitions }).registration).toEqual({ family: 'web', containerDefinitions })
    expect(
      read({ taskDefinition: { family: 'api', revision: 4, containerDefinitions }, tags: [{ key: 'a', value: 'b' }] }),
    ).toEqual({
      registration: { family: 'api', containerDefinitions, tags: [{ key: 'a', value: 'b' }] },
      leftOut: [],
      unknown: [],
    })
  })

  test('loses the variables without a value, as ECS leaves them out', () => {
    const environment = [
      { name: 'PORT', value: null },
      { name: 'EMPTY', value: '' },
    ]
    const { registration, leftOut } = read({ containerDefinitions: [{ name: 'app', environment }] })
    expect(registration.containerDefinitions[0]?.environment).toEqual([{ name: 'EMPTY', value: '' }])
    expect(leftOut).toEqual([expect.stringContaining('`PORT`')])
  })

  test('has its unknown members named', () => {
    expect(read({ enviroment: 1, containerDefinitions: [{ name: 'app' }] }).unknown).toEqual(['enviroment'])
  })

  test('is refused with a sentence for each member of a wrong type', () => {
    const text = JSON.stringify({
      containerDefinitions: [{ name: 'app', cpu: '128', environment: [{ name: 'PORT', value: 8080 }] }],
    })
    expect(refusal(text)).toContain(
      [
        'Input `task-definition` is wrong: the file `td.json` does not have the types of ECS.',
        '`containerDefinitions[0].cpu` (`app`) is the string `"128"`, and ECS takes a whole number. Write `128`.',
        '`containerDefinitions[0].environment[0].value` (`app`, `PORT`) is a number, and ECS takes a string. Put it in double quotes.',
      ].join('\n'),
    )
  })

  test('is refused with ten sentences at most', () => {
    const environment = Array.from({ length: 25 }, (_, index) => ({ name: `N${index}`, value: index }))
    const message = refusal(JSON.stringify({ containerDefinitions: [{ name: 'app', environment }] }))
    expect(message.match(/Put it in double quotes/g)).toHaveLength(10)
    expect(message).toContain('And 15 more.')
  })

  test('has its tags checked where they stand beside the task definition', () => {
    const text = JSON.stringify({ taskDefinition: { containerDefinitions: [{ name: 'app' }] }, tags: { team: 'a' } })
    expect(refusal(text)).toContain('`tags` is an object, and ECS takes a list of objects.')
  })

  test('gets the family of the service where it has none', () => {
    expect(read({ family: null, containerDefinitions: [{ name: 'app' }] }).registration.family).toBe('web')
  })

  test('may begin with a byte order mark', () => {
    const { registration } = parseTaskDefinitionFile(
      '\uFEFF{"containerDefinitions":[{"name":"app"}]}',
      'td.json',
      'web',
    )
    expect(registration.family).toBe('web')
  })

  test.each([
    ['{"taskDefinition":[]}', 'the file `td.json` is not a JSON object.'],
    ['{"containerDefinitions":{}}', 'has `containerDefinitions` that are not a list of containers.'],
    ['{"containerDefinitions":["x"]}', 'has `containerDefinitions` that are not a list of containers.'],
    [
      '{"containerDefinitions":[{"name":"app"},{"name":""}]}',
      'has a container without a name: `containerDefinitions[1]`.',
    ],
    ['family: web', 'the file `td.json` is not JSON.'],
    ['[]', 'the file `td.json` is not a JSON object.'],
    ['{}', 'the file `td.json` has no `containerDefinitions`.'],
    ['{"ContainerDefinitions":[]}', "CloudFormation's spelling"],
    ['{"containerDefinitions":[]}', 'has `containerDefinitions` that are not a list of containers.'],
    ['{"containerDefinitions":[{"image":"x"}]}', 'has a container without a name: `containerDefinitions[0]`.'],
  ])('%s is refused', (text, message) => {
    expect(refusal(text)).toContain(message)
  })
})

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
      unknown: [],
    })
  })

  test('has its unknown members named', () => {
    expect(read({ enviroment: 1, containerDefinitions: [{ name: 'app' }] }).unknown).toEqual(['enviroment'])
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

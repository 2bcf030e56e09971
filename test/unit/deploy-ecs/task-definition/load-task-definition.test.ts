import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  familyBeside,
  loadTaskDefinition,
} from '../../../../actions/deploy-ecs/src/task-definition/load-task-definition.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

test.each([
  ['web-template', 'web:3', 'web'],
  ['web-template', 'web-template:1', 'web'],
  ['web-template', 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web-template:1', 'web'],
  ['base', 'base:1', 'base-deployed'],
  ['web-template-eu', 'web-template-eu:1', 'web-template-eu-deployed'],
])('a service at template %s that runs %s registers in family %s', (template, current, family) => {
  expect(familyBeside(template, current)).toBe(family)
})

const arn = (revision: string) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/${revision}`
const containerDefinitions = [{ name: 'app', image: 'web:1' }]
/** ECS with one revision, which is the answer to every name. */
const ecsWith = (family: string, revision: number, status = 'ACTIVE') =>
  fakeAws({
    DescribeTaskDefinition: {
      taskDefinition: {
        family,
        revision,
        status,
        taskDefinitionArn: arn(`${family}:${revision}`),
        containerDefinitions,
      },
      tags: [{ key: 'team', value: 'a' }],
    },
  })

test.each([
  ['what the service runs', { kind: 'service' } as const, arn('web:3')],
  ['a revision', { kind: 'revision', taskDefinition: 'web:3' } as const, 'web:3'],
  ['the latest of a family', { kind: 'family', family: 'web' } as const, 'web'],
])('loads %s', async (_, source, asked) => {
  const { aws, requests } = ecsWith('web', 3)
  expect(await loadTaskDefinition(aws, source, arn('web:3'))).toEqual({
    registration: { family: 'web', containerDefinitions, tags: [{ key: 'team', value: 'a' }] },
    ...{ source: 'web:3', arn: arn('web:3'), leftOut: [], unknown: [] },
  })
  expect(requests('DescribeTaskDefinition')).toMatchObject([{ taskDefinition: asked }])
})

test('a deregistered revision has no ARN, as ECS would not deploy it', async () => {
  const loaded = await loadTaskDefinition(ecsWith('web', 3, 'INACTIVE').aws, { kind: 'service' }, arn('web:3'))
  expect(loaded).not.toHaveProperty('arn')
})

test('a template is registered in the family of the service, and never deployed itself', async () => {
  const { aws } = ecsWith('web-template', 7)
  const loaded = await loadTaskDefinition(aws, { kind: 'template', family: 'web-template' }, arn('web:3'))
  expect(loaded).toMatchObject({
    registration: { family: 'web', containerDefinitions },
    source: 'the template web-template:7',
  })
  expect(loaded).not.toHaveProperty('arn')
})

test('a file without a family has that of the service', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'file-')), 'td.json')
  writeFileSync(path, JSON.stringify({ containerDefinitions, shiny: 1 }))
  expect(await loadTaskDefinition(fakeAws({}).aws, { kind: 'file', path }, arn('web:3'))).toEqual({
    registration: { family: 'web', containerDefinitions },
    ...{ source: `the file ${path}`, leftOut: [], unknown: ['shiny'] },
  })
})

test.each([
  [{ kind: 'file', path: './nope.json' } as const, 'Input `task-definition` names the file `./nope.json`'],
  [{ kind: 'revision', taskDefinition: 'web:9' } as const, 'Input `task-definition` leads to task definition `web:9`'],
  [{ kind: 'template', family: 'x' } as const, 'Input `template` leads to task definition `x`'],
  [{ kind: 'service' } as const, 'Input `service` leads to task definition `web:3`'],
])('%j that does not exist is refused', async (source, message) => {
  const { aws } = fakeAws({
    DescribeTaskDefinition: awsError('ClientException', 'Unable to describe task definition.'),
  })
  await expect(loadTaskDefinition(aws, source, arn('web:3'))).rejects.toThrow(message)
})

import {
  CHANGE_INPUTS,
  readTaskDefinitionChanges,
} from '../../../../actions/deploy-ecs/src/inputs/task-definition-changes.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const read = (given: Readonly<Record<string, string>>) =>
  readTaskDefinitionChanges(
    new InputReader(
      Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ),
  )
const nothing = {
  ...{ images: [], containers: [], mode: 'merge', environment: [], secrets: [], dockerLabels: [] },
  ...{ logOptions: [], environmentFiles: [] },
}
const ROLE = 'arn:aws:iam::123456789012:role/team/web'

test('changes nothing without inputs', () => {
  expect(read({})).toEqual(nothing)
})

test.each<[Record<string, string>, object]>([
  [{ image: 'web:1' }, { images: [{ image: 'web:1' }] }],
  [{ image: 'app=web:1' }, { images: [{ container: 'app', image: 'web:1' }] }],
  [
    { image: 'app=web:1, proxy=envoy:1' },
    {
      images: [
        { container: 'app', image: 'web:1' },
        { container: 'proxy', image: 'envoy:1' },
      ],
    },
  ],
  [{ 'container-name': 'app, proxy' }, { containers: ['app', 'proxy'] }],
  [{ 'environment-mode': 'replace' }, { mode: 'replace' }],
  [
    { 'environment-variables': 'A=1\nEMPTY=' },
    {
      environment: [
        { key: 'A', value: '1' },
        { key: 'EMPTY', value: '' },
      ],
    },
  ],
  [{ secrets: 'TOKEN=/web/token' }, { secrets: [{ key: 'TOKEN', value: '/web/token' }] }],
  [{ 'docker-labels': 'a=1' }, { dockerLabels: [{ key: 'a', value: '1' }] }],
  [{ 'env-files': 'arn:aws:s3:::bucket/web.env' }, { environmentFiles: ['arn:aws:s3:::bucket/web.env'] }],
  [
    { 'log-configuration-log-driver': 'awslogs', 'log-configuration-options': 'awslogs-group=/web' },
    { logDriver: 'awslogs', logOptions: [{ key: 'awslogs-group', value: '/web' }] },
  ],
  [
    { cpu: '512', memory: '1 GB' },
    { cpu: '512', memory: '1 GB' },
  ],
  [{ cpu: '0.5 vCPU' }, { cpu: '0.5 vCPU' }],
  [
    { cpu: '.5 vCPU', memory: '2GB' },
    { cpu: '.5 vCPU', memory: '2GB' },
  ],
  [{ image: 'app = web:1' }, { images: [{ container: 'app', image: 'web:1' }] }],
  [
    { 'task-role-arn': ROLE, 'execution-role-arn': ROLE },
    { taskRoleArn: ROLE, executionRoleArn: ROLE },
  ],
  [{ 'datadog-tags': 'auto' }, { datadog: {} }],
  [{ 'datadog-tags': 'true' }, { datadog: {} }],
  [{ 'datadog-tags': 'version=1.4\nenv=prod' }, { datadog: { version: '1.4', env: 'prod' } }],
])('%j reads %j', (given, changes) => {
  expect(read(given)).toEqual({ ...nothing, ...changes })
})

test.each([
  ['cpu', 'half', 'Input `cpu` is `half`, which is not a task size.'],
  ['cpu', '.5', 'Input `cpu` is `.5`: a fraction needs the unit vCPU.'],
  ['cpu', '1 GB', 'Input `cpu` is `1 GB`, and ECS takes CPU units or vCPU here, not `GB`.'],
  ['memory', '1 vCPU', 'Input `memory` is `1 vCPU`, and ECS takes MiB or GB here, not `vCPU`.'],
  ['memory', '512 MB', 'Input `memory` is `512 MB`, and ECS takes MiB or GB here, not `MB`.'],
])('refuses `%s: %s`', (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(message)
})

test('`datadog-tags: false` sets no tags', () => {
  expect(read({ 'datadog-tags': 'false' })).toEqual(nothing)
})

test('CHANGE_INPUTS has each input that changes the task definition, which `command: rollback` refuses', () => {
  const values: Readonly<Record<string, string>> = {
    ...{ image: 'web:1', 'environment-variables': 'A=1', secrets: 'A=/a', 'docker-labels': 'a=1' },
    ...{
      'env-files': 'arn:aws:s3:::bucket/web.env',
      'container-command': 'x',
      'log-configuration-log-driver': 'awslogs',
    },
    ...{ 'log-configuration-options': 'a=1', cpu: '256', memory: '512', 'task-role-arn': ROLE },
    ...{ 'execution-role-arn': ROLE, 'datadog-tags': 'auto' },
  }
  expect([...CHANGE_INPUTS].sort()).toEqual(Object.keys(values).sort())
  for (const [name, value] of Object.entries(values)) expect(read({ [name]: value })).not.toEqual(nothing)
})

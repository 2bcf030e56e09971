// An input that does something only beside another one must not be ignored in silence. Each input of deploy-ecs and build-image
// is in one of these tables: it says so or is refused when it is given alone, or it has a meaning of its own.
import { InputError } from '../../toolkit/errors.ts'
import { declaredInputs } from '../support/action-inputs.ts'
import { reading } from '../support/action-readers.ts'

/** Values of other inputs beside which an input does nothing, and beside which it does something. */
interface Dependent {
  readonly value: string
  /** Default: no other input. */
  readonly idleWith?: Readonly<Record<string, string>>
  /** Default: no other input. */
  readonly worksWith?: Readonly<Record<string, string>>
  readonly level: 'warning' | 'info'
}

const PROMOTE = { promote: 'ghcr.io/acme/web:v1' }
const CREATE = { 'create-repository': 'true' }
const ofBuild = (value: string): Dependent => ({ value, idleWith: PROMOTE, level: 'info' })

/** Those that say so. */
const DEPENDENT: Readonly<Record<string, Readonly<Record<string, Dependent>>>> = {
  'build-image': {
    'repository-immutable-tags': { value: 'true', worksWith: CREATE, level: 'warning' },
    'repository-scan-on-push': { value: 'false', worksWith: CREATE, level: 'warning' },
    'repository-lifecycle-policy': { value: `{"rules": [${' '.repeat(100)}]}`, worksWith: CREATE, level: 'warning' },
    'scan-timeout': { value: '9m', worksWith: { 'scan-gate': 'high' }, level: 'warning' },
    images: {
      value: 'ghcr.io/acme/web',
      idleWith: { ...PROMOTE, push: 'false', images: 'none' },
      worksWith: PROMOTE,
      level: 'info',
    },
    context: ofBuild('web'),
    file: ofBuild('web/Dockerfile'),
    target: ofBuild('prod'),
    'build-args': ofBuild('A=1'),
    labels: ofBuild('a=1'),
    platforms: ofBuild('linux/arm64'),
    secrets: ofBuild('a=1'),
    'secret-envs': ofBuild('a=GITHUB_SHA'),
    'secret-files': ofBuild(`a=${import.meta.filename}`),
    'cache-from': ofBuild('ghcr.io/acme/cache'),
    'cache-to': ofBuild('ghcr.io/acme/cache'),
    provenance: ofBuild('true'),
    sbom: ofBuild('true'),
    network: ofBuild('none'),
    pull: ofBuild('true'),
    'no-cache': ofBuild('true'),
    engine: ofBuild('buildx'),
    builder: ofBuild('mine'),
    reproducible: ofBuild('false'),
    'skip-unchanged': ofBuild('false'),
  },
  'deploy-ecs': {
    'bake-time': { value: '9m', worksWith: { 'wait-for': 'bake' }, level: 'warning' },
    'environment-mode': { value: 'replace', worksWith: { secrets: 'A=arn:x' }, level: 'warning' },
    'container-name': { value: 'app', worksWith: { image: 'web:1' }, level: 'info' },
    'show-values': { value: 'true', worksWith: { command: 'verify' }, level: 'info' },
    'scale-in': { value: 'false', worksWith: { 'desired-count': '4' }, level: 'info' },
    'on-failure': { value: 'stop', idleWith: { 'wait-for': 'none' }, level: 'warning' },
    'on-conflict': { value: 'wait', idleWith: { command: 'rollback' }, level: 'warning' },
    'max-failed-tasks': { value: '5', idleWith: { 'wait-for-service-stability': 'false' }, level: 'warning' },
    timeout: {
      value: '9m',
      idleWith: { 'wait-for': 'none' },
      worksWith: { 'wait-for': 'none', 'on-conflict': 'wait' },
      level: 'info',
    },
    'wait-for-minutes': { value: '9', idleWith: { 'wait-for': 'none' }, level: 'info' },
    'record-file': { value: 'record.json', idleWith: { 'dry-run': 'true' }, level: 'info' },
  },
}

/** Those that are refused alone, with a value. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'build-image': { registry: 'ghcr.io', username: 'me', password: 'secret' },
  'deploy-ecs': {
    'task-definition-revision': '3',
    'before-deploy-container': 'app',
    'before-deploy-timeout': '9m',
    'rollback-to': '3',
    'rollback-from': '3',
  },
}

/** Those that mean something alone. */
const OWN: Readonly<Record<string, string>> = {
  'build-image': `tags promote push aws-region expected-account-id create-repository test-command max-size scan-gate`,
  'deploy-ecs': `service services cluster image command dry-run aws-region expected-account-id environment task-definition template
    task-definition-arn task-definition-family environment-variables secrets docker-labels env-files container-command
    log-configuration-log-driver log-configuration-options cpu memory task-role-arn execution-role-arn datadog-tags
    unknown-members desired-count force-new-deployment circuit-breaker alarms before-deploy-command wait-for on-cancel
    show-container-logs wait-for-service-stability`,
}

const idleOf = (action: string, inputs: Readonly<Record<string, string>>) => {
  const read = reading(action, inputs)
  if (read instanceof Error) throw read
  return (read as { readonly idle: readonly { readonly level: string; readonly text: string }[] }).idle
}

describe.each(Object.keys(OWN))('%s', (action) => {
  test('has each of its inputs in one of the tables', () => {
    const known = [DEPENDENT[action], REFUSED[action]].flatMap((table) => Object.keys(table ?? {}))
    expect([...known, ...(OWN[action] ?? '').split(/\s+/)].toSorted()).toEqual(
      Object.keys(declaredInputs(action)).toSorted(),
    )
  })

  test.each(Object.entries(DEPENDENT[action] ?? {}))('says where `%s` does nothing', (input, dependent) => {
    const { value, idleWith = {}, worksWith = {}, level } = dependent
    const text = expect.stringMatching(new RegExp(`\`${input}\`.* nothing here: .* needs? .*\\.$`))
    expect(idleOf(action, { ...idleWith, [input]: value })).toContainEqual({ level, text })
    expect(idleOf(action, { ...worksWith, [input]: value })).not.toContainEqual(expect.objectContaining({ text }))
    expect(idleOf(action, idleWith)).not.toContainEqual(expect.objectContaining({ text }))
  })

  test.each(Object.entries(REFUSED[action] ?? {}))('refuses `%s` alone', (input, value) => {
    expect(reading(action, { [input]: value })).toBeInstanceOf(InputError)
  })

  test('says nothing of defaults', () => expect(idleOf(action, {})).toEqual([]))
})

test('inputs with the same need are one line', () => {
  expect(idleOf('build-image', { ...PROMOTE, context: 'web', 'build-args': 'A=1' })).toEqual([
    {
      level: 'info',
      text: '`context`, `build-args` do nothing here: they need a build, and `promote` takes an image that exists.',
    },
  ])
})

test('a rollback does not follow `on-failure`', () => {
  const ignored = idleOf('deploy-ecs', { command: 'rollback', 'on-failure': 'stop' })
  expect(ignored).toEqual([{ level: 'warning', text: expect.stringContaining('`on-failure` does nothing here') }])
  expect(idleOf('deploy-ecs', { command: 'rollback', 'on-failure': 'leave' })).toEqual([])
})

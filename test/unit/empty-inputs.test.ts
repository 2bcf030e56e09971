// An expression without a value, such as the output of a step whose id was misspelled, reaches an action as ''. So each input of
// each action either refuses it, or is in the table below with the reason why an empty value does no harm.
import { globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../toolkit/errors.ts'
import { declaredInputs } from '../support/action-inputs.ts'
import { reading, SUBJECTS } from '../support/action-readers.ts'

const LOOKS = 'Changes how an event looks in Datadog, not what was done.'
const PAIR = 'Its alias may stand in its place; without both the default limits the deploy.'

/** Inputs that may be empty, with the reason. An empty value counts as one that was left out. */
const HARMLESS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'assume-role': {
    'role-to-assume': 'Required: an empty one is refused as missing.',
    'http-proxy': 'The proxy of the environment: a network that needs another one lets nothing through.',
    'no-proxy': 'The exceptions of the environment: the proxy refuses what it does not reach.',
    'role-session-name': 'Only a name: a trust policy that asks for another one refuses the session.',
  },
  'build-image': {
    builder: 'The current builder makes the same image, or fails where it cannot, as for several platforms.',
    'cache-from': 'A cache changes the time of a build, not its image.',
    'cache-to': 'A cache changes the time of a build, not its image.',
    username: 'Empty beside a `password` it is refused; without both the registry refuses what needs a login.',
    password: 'Empty beside a `username` it is refused.',
  },
  'datadog-event': {
    'api-key': 'Without a key in the environment it is refused as missing.',
    'app-key': 'Without a key in the environment it is refused where a command needs it.',
    site: 'The keys of one site are refused by every other.',
    'api-url': 'The keys of one site are refused by every other.',
    'deploy-record':
      'deploy-ecs that fails before it begins leaves it empty, and that failure is an event too. Without it, `service` and `status`, or a `title`, are required; for a gate also `baseline` and `env`.',
    'rollback-record': 'The step that rolls back leaves it empty if it was not needed.',
    status: 'The verdict of the record; without a record it is required.',
    'deploy-id': 'The id of the record or of the run: it decides only which events stand together.',
    service: 'The services of the record; without a record it is required.',
    env: 'The environment of the record; without one, the gate requires it.',
    version: 'The default: the version of the record, else the commit of the run.',
    team: LOOKS,
    commit: 'The commit of the revision, else of the run.',
    'repository-url': 'The repository of the run.',
    'started-at': 'Now.',
    'finished-at': 'Now; an incident goes on.',
    'changed-resource': 'With `send: change-event` and without a deploy it is required.',
    'previous-value': LOOKS,
    'new-value': LOOKS,
    severity: LOOKS,
    title: 'Made from the deploy; without a deploy it is required.',
    text: LOOKS,
    tags: 'Tags by which events are found; the tags of the deploy stay.',
    'alert-type': LOOKS,
    priority: LOOKS,
    host: LOOKS,
    'device-name': LOOKS,
    'source-type-name': LOOKS,
    'aggregation-key': LOOKS,
    'related-event-id': LOOKS,
    'date-happened': LOOKS,
    interval: 'The time between two polls only: the gate watches as long.',
  },
  'deploy-ecs': {
    service: 'A step without any service is refused.',
    services: 'A step without any service is refused.',
    environment: 'Stands in the deploy record, and changes nothing that runs.',
    'before-deploy-container': 'With several containers that could run the command it is refused as missing.',
    'before-deploy-timeout': 'The default is a limit, too.',
    'wait-for': 'Its alias may stand in its place; without both the step waits until the service is healthy.',
    'wait-for-service-stability': PAIR,
    timeout: PAIR,
    'wait-for-minutes': PAIR,
    'record-file': 'The record is written to a file of the runner, whose path is an output.',
  },
  'terraform-apply': {
    'download-url': 'The publisher’s downloads: the checksum is verified in both cases.',
    parallelism: 'Terraform’s own number.',
    'state-file': 'Where Terraform keeps a local state; a state is never overwritten.',
    'lock-id': '`unlock` requires it.',
    'fingerprint-key':
      '`approved-plan` requires it. A plan gets no approval without it, and is not applied where one is asked for.',
    'allow-destructive': 'An empty list lifts no guard rail.',
    'github-token':
      'A plan that is not shown on its pull request is a warning; approvals and issues require the token.',
  },
}

/** Inputs whose word is not their default: the default protects more than the word, or is an expression. */
const OTHER_DEFAULT = ['protected-types', 'tags']

const refusing = Object.entries(SUBJECTS).flatMap(([action, { words }]) =>
  Object.entries(words).map(([input, word]) => ({ action, input, word })),
)

test('every action, and every input of each, is in one of the two tables', () => {
  const root = join(import.meta.dirname, '../..')
  expect(
    globSync('actions/*/action.yml', { cwd: root })
      .map((file) => basename(dirname(file)))
      .toSorted(),
  ).toEqual(Object.keys(SUBJECTS))
  for (const [action, { words }] of Object.entries(SUBJECTS)) {
    const classed = [...Object.keys(words), ...Object.keys(HARMLESS[action] ?? {})]
    expect({ action, inputs: classed.toSorted() }).toEqual({
      action,
      inputs: Object.keys(declaredInputs(action)).toSorted(),
    })
  }
})

describe.each(refusing)('$action: an empty `$input`', ({ action, input, word }) => {
  const declared = declaredInputs(action)[input]

  test('is refused, and its error says what to write', () => {
    const refusal = reading(action, { [input]: '' })
    expect(refusal).toBeInstanceOf(InputError)
    expect(refusal).toMatchObject({ input, message: expect.stringContaining('is empty.') })
    expect((refusal as InputError).hint).toContain(`write \`${word}\``)
  })

  test('can be told from one that is left out: action.yml has a default', () => {
    if (input === 'protected-types') expect(declared?.default).toContain('aws_db_instance')
    else expect(declared?.default).toBe(word)
  })

  if (!OTHER_DEFAULT.includes(input)) {
    test('is another thing than its word, which counts as left out', () => {
      expect(reading(action, { [input]: word })).toEqual(reading(action, { [input]: undefined }))
    })
  }

  // A word that is not a value of the input by itself is explained.
  if (/^(none|any|all|auto|current|latest|previous|unchanged|AWS_REGION|TF_WORKSPACE)$/.test(word)) {
    test('has a word that the description of the input explains', () => {
      expect(declared?.description).toContain(`\`${word}\``)
    })
  }
})

describe.each(Object.entries(HARMLESS))('%s', (action, reasons) => {
  test.each(Object.entries(reasons))('an empty `%s` counts as left out: %s', (input) => {
    expect(reading(action, { [input]: '' })).toEqual(reading(action, { [input]: undefined }))
  })
})

test('a word is read as one in place of a list of types that are protected by default', () => {
  expect(reading('terraform-apply', { 'protected-types': 'none' })).toMatchObject({
    guardRails: { protectedTypes: [] },
  })
})

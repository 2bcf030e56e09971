import { readDeploy } from '../../../../actions/datadog-event/src/inputs/deploy-inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { inputsEnv, RECORD, RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const record = JSON.stringify(RECORD)
const rollback = JSON.stringify({ ...RECORD, kind: 'rollback', deployId: 'back-1' })
const read = (inputs: Record<string, string>) =>
  readDeploy(new InputReader(inputsEnv({ 'deploy-record': record, ...inputs })), RUN_ENV, 0)
const refusal = (inputs: Record<string, string>) => {
  try {
    read(inputs)
  } catch (error) {
    if (error instanceof InputError) return error
  }
  throw new Error('was accepted')
}

describe('the record of a rollback', () => {
  test.each([
    [{ status: 'failure' }, 'rolled-back'],
    [{ status: 'success' }, 'rolled-back'],
    [{ status: 'cancelled' }, 'rolled-back'],
    [{}, 'rolled-back'],
    [{ status: 'failed' }, 'failed'],
  ])('with %j makes a deploy that is %s', (inputs, status) => {
    expect(read({ ...inputs, 'rollback-record': rollback })).toMatchObject({ status, rollback: { id: 'back-1' } })
  })

  test('is no part of a deploy if it is empty', () => {
    expect(read({ 'rollback-record': '' })).not.toHaveProperty('rollback')
  })

  test('has the names and the environment of the inputs, and an id and a version of its own', () => {
    const inputs = { service: 'shop', env: 'eu', version: '9', 'deploy-id': 'mine', 'rollback-record': rollback }
    const services = [{ name: 'shop', code: { version: '1.4.2' } }]
    expect(read(inputs)?.rollback).toMatchObject({ id: 'back-1', environment: 'eu', services })
  })

  test.each([
    [{ 'rollback-record': record }, 'Input `rollback-record` is a deploy.'],
    [
      { 'rollback-record': rollback.replace('"service":"web"', '"service":"api"') },
      'Input `rollback-record` is a rollback of api, and the deploy is of web.',
    ],
    [
      { 'deploy-record': '', 'rollback-record': rollback },
      'Input `rollback-record` is set, and `deploy-record` is not.',
    ],
    [{ 'rollback-record': '{' }, 'Input `rollback-record` is not JSON.'],
  ])('is refused in %j', (inputs, message) => {
    expect(refusal(inputs as Record<string, string>).message).toBe(message)
  })
})

describe('a deploy without a record', () => {
  const bare = { 'deploy-record': 'none', service: 'web', status: 'succeeded' }

  test('takes kind, commit, repository and times from the inputs', () => {
    const commit = '5'.repeat(40)
    const times = { 'started-at': '1999-01-01T00:00:00Z', 'finished-at': '915148900' }
    const repository = { 'repository-url': 'https://github.com/org/other', commit }
    const inputs = { ...bare, ...times, ...repository, kind: 'rollback' }
    const now = Date.UTC(2026, 0, 1)
    expect(readDeploy(new InputReader(inputsEnv(inputs)), RUN_ENV, now)).toMatchObject({
      ...{ kind: 'rollback', startedAt: Date.UTC(1999, 0, 1), finishedAt: 915_148_900_000 },
      commit: { sha: commit, repositoryUrl: 'https://github.com/org/other' },
    })
  })

  test.each([
    [{ ...bare, commit: 'abc' }, 'Input `commit` is `abc`, which is not a full commit.'],
    [
      { ...bare, 'repository-url': 'org/web' },
      'Input `repository-url` is `org/web`, which is not the address of a repository.',
    ],
    [{ ...bare, 'started-at': 'soon' }, 'Input `started-at` is `soon`, which is not a time in the past.'],
    [{ ...bare, 'started-at': '99999999' }, 'Input `started-at` is `99999999`, which is not a time in the past.'],
    [{ ...bare, kind: 'redeploy' }, 'Input `kind` is `redeploy`, which is none of `deploy`, `rollback`.'],
    [{ kind: 'rollback' }, 'Input `kind` is set, and the `deploy-record` has it already.'],
    [{ 'started-at': '0' }, 'Input `started-at` is set, and the `deploy-record` has it already.'],
  ])('is refused in %j', (inputs, message) => {
    expect(refusal(inputs as Record<string, string>).message).toBe(message)
  })

  test('does not end before it starts', () => {
    const inputs = { ...bare, 'started-at': '20', 'finished-at': '10' }
    expect(() => readDeploy(new InputReader(inputsEnv(inputs)), RUN_ENV, Date.UTC(2026, 0, 1))).toThrow(
      'Input `finished-at` is before `started-at`.',
    )
  })
})

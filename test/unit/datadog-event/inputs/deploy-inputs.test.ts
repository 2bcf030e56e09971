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

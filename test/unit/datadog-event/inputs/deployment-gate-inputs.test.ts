import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_WORDS } from '../../../../actions/datadog-event/src/inputs/default-words.ts'
import { readDeploymentGateInputs } from '../../../../actions/datadog-event/src/inputs/deployment-gate-inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { API_KEY, APP_KEY, inputsEnv, RECORD, RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const keys = { api: API_KEY, app: APP_KEY }
const folder = mkdtempSync(join(tmpdir(), 'slipway-deployment-gate-inputs-'))
afterAll(() => rmSync(folder, { recursive: true }))
const faulty = join(folder, 'faulty.json')
writeFileSync(faulty, JSON.stringify({ rules: [{ type: 'faulty_deployment_detection', name: 'Faulty' }] }))

const reader = (inputs: Record<string, string>) => new InputReader(inputsEnv(inputs), DEFAULT_WORDS)
const read = (inputs: Record<string, string>) =>
  readDeploymentGateInputs(reader({ service: 'web', env: 'production', ...inputs }), keys, RUN_ENV, 0)

test('polls every 15 s for three hours by default, as datadog-ci waits', () => {
  expect(read({})).toEqual({
    command: 'deployment-gate',
    subjects: [{ service: 'web', env: 'production' }],
    identifier: undefined,
    primaryTag: undefined,
    rules: undefined,
    intervalMs: 15_000,
    evaluationMs: 3 * 3600_000,
    onNoMonitors: 'fail',
  })
})

test('takes each input', () => {
  const inputs = {
    ...{ service: 'web, api, web', version: '2', identifier: 'pre', 'apm-primary-tag': 'region:eu', config: faulty },
    ...{ interval: '20s', 'evaluation-timeout': '1h', 'on-no-monitors': 'warn' },
  }
  expect(read(inputs)).toMatchObject({
    subjects: [
      { service: 'web', env: 'production', version: '2' },
      { service: 'api', env: 'production', version: '2' },
    ],
    identifier: 'pre',
    primaryTag: 'region:eu',
    rules: { rules: [{ type: 'faulty_deployment_detection', name: 'Faulty' }] },
    intervalMs: 20_000,
    evaluationMs: 3600_000,
    onNoMonitors: 'warn',
  })
})

test('has the version of each service of the record, and the one that is given before it', () => {
  const record = { ...RECORD, services: RECORD.services.map((service) => ({ ...service, version: '1.5.0' })) }
  const of = (inputs: Record<string, string>) =>
    read({ service: '', env: '', 'deploy-record': JSON.stringify(record), ...inputs }).subjects
  expect(of({})).toEqual([{ service: 'web', env: 'production', version: '1.5.0' }])
  expect(of({ version: '9', env: 'stage' })).toEqual([{ service: 'web', env: 'stage', version: '9' }])
})

test('needs the application key', () => {
  const without = { api: API_KEY, app: undefined }
  expect(() => readDeploymentGateInputs(reader({ service: 'web', env: 'stage' }), without, RUN_ENV, 0)).toThrow(
    'Input `app-key` is missing, and evaluating a deployment gate needs it.',
  )
})

test.each<[Record<string, string>, string, string]>([
  [{ service: '' }, 'service', 'service: web'],
  [{ env: '' }, 'env', 'env: production'],
  [{ config: faulty }, 'version', 'DD_VERSION'],
  [{ config: '/missing.json' }, 'config', '"rules"'],
  [{ 'apm-primary-tag': 'eu' }, 'apm-primary-tag', 'region:us-central-1'],
  [{ 'apm-primary-tag': 'a:b,c:d' }, 'apm-primary-tag', 'region:us-central-1'],
  [{ 'evaluation-timeout': '10800' }, 'evaluation-timeout', '10m'],
])('refuses %j, with the name of the input and the fix', (inputs, name, fix) => {
  const refused = () => read(inputs)
  expect(refused).toThrow(InputError)
  expect(refused).toThrow(expect.objectContaining({ input: name, hint: expect.stringContaining(fix) }))
})

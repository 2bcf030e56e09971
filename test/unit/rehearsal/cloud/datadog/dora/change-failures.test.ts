import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeEach(async () => {
  datadog = await rehearsedDatadog()
})
afterEach(() => datadog.close())

const ID = 'failed:deployment:1'
const NOW = Date.UTC(2026, 0, 1) / 1000
const deploy = (id: string, more: object = {}) =>
  datadog.ask('POST', '/api/v2/dora/deployment', {
    data: {
      attributes: { service: 'web', env: 'production', version: 'v2', started_at: NOW, finished_at: NOW, id, ...more },
    },
  })
const patch = (attributes: object, { id = ID, type = 'dora_deployment_patch_request', body = ID } = {}) =>
  datadog.ask('PATCH', `/api/v2/dora/deployments/${encodeURIComponent(id)}`, { data: { id: body, type, attributes } })
const patchByVersion = (attributes: object, type = 'dora_deployment_patch_request') =>
  datadog.ask('PATCH', '/api/v2/dora/deployments', { data: { type, attributes } })
const V2 = { service: 'web', env: 'production', version: 'v2', change_failure: true }

const deployments = async () =>
  Object.fromEntries(
    (
      (await datadog.ask('GET', '/_slipway/datadog/deployments')).json as readonly {
        readonly id: string
        readonly change_failure?: boolean
        readonly remediation?: object
      }[]
    ).map(({ id, change_failure, remediation }) => [id, { change_failure, remediation }]),
  )

test.each([{ id: 'some-deployment', type: 'rollback' }, { version: 'v1', type: 'rollforward' }, undefined])(
  'marks a deployment as a change failure, with the remediation %j',
  async (remediation) => {
    await deploy(ID)
    const { status, json } = await patch({ change_failure: true, remediation })
    expect({ status, json }).toEqual({ status: 202, json: { data: null } })
    expect(await deployments()).toEqual({ [ID]: { change_failure: true, remediation } })
    expect((await patch({ change_failure: false })).status).toBe(202)
    expect(await deployments()).toMatchObject({ [ID]: { change_failure: false } })
  },
)

test('refuses a path that cannot be decoded', async () => {
  expect((await datadog.ask('PATCH', '/api/v2/dora/deployments/%', { data: {} })).status).toBe(400)
})

test('answers 404 for a deployment that does not exist', async () => {
  const { status, json } = await patch({ change_failure: true })
  expect({ status, json }).toEqual({
    status: 404,
    json: { errors: [{ status: '404', title: 'Not Found', detail: 'Deployment not found' }] },
  })
})

test.each<[string, () => ReturnType<typeof patch>, string]>([
  [
    'another type',
    () => patch({ change_failure: true }, { type: 'other' }),
    'got type "other" expected one of "dora_deployment_patch_request"',
  ],
  ['another id', () => patch({ change_failure: true }, { body: 'other' }), 'attribute "id"'],
  [
    'an unknown kind of remediation',
    () => patch({ remediation: { id: 'x', type: 'undo' } }),
    'attribute "type" must be one of "rollback rollforward"',
  ],
  ['a remediation without its kind', () => patch({ remediation: { version: 'v1' } }), 'attribute "type" is required'],
  [
    'both an id and a version',
    () => patch({ remediation: { id: 'x', version: 'v1', type: 'rollback' } }),
    'attribute "remediation"',
  ],
  ['a failure that is a text', () => patch({ change_failure: 'yes' }), 'attribute "change_failure"'],
  ['no version', () => patchByVersion({ ...V2, version: undefined }), 'attribute "version" is required'],
  ['no verdict', () => patchByVersion({ ...V2, change_failure: undefined }), 'attribute "change_failure" is required'],
  ['no remedy', () => patchByVersion({ ...V2, remediation: { type: 'rollback' } }), 'attribute "id" is required'],
])('refuses a patch with %s', async (_, ask, detail) => {
  await deploy(ID)
  const { status, json } = await ask()
  expect({ status, json }).toEqual({
    status: 400,
    json: { errors: [{ status: '400', title: 'Bad Request', detail: expect.stringContaining(detail) }] },
  })
  expect(await deployments()).toEqual({ [ID]: {} })
})

test('of several deployments of a version, the one that finished last is marked', async () => {
  await deploy('the-first-deployment', { finished_at: NOW + 10 })
  await deploy('the-other-deployment', { finished_at: NOW + 20 })
  await deploy('another-environment.', { env: 'stage', finished_at: NOW + 30 })
  expect((await patchByVersion({ ...V2, remediation: { version: 'v1', type: 'rollback' } })).status).toBe(202)
  expect(await deployments()).toEqual({
    'the-first-deployment': {},
    'the-other-deployment': { change_failure: true, remediation: { version: 'v1', type: 'rollback' } },
    'another-environment.': {},
  })
  expect((await patchByVersion({ ...V2, version: 'v3' })).status).toBe(404)
})

test('refuses to mark a failure without the application key', async () => {
  const answer = await datadog.ask('PATCH', '/api/v2/dora/deployments/x', {}, { 'dd-application-key': 'wrong' })
  expect({ status: answer.status, json: answer.json }).toEqual({ status: 403, json: { errors: ['Forbidden'] } })
})

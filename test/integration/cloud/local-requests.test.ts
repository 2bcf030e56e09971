// A web page must not use a cloud of this machine: every part of it refuses other names and other pages.
import { request as ask } from 'node:http'
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'

let cloud: Cloud
/** The address of the second account's registry. */
let secondRegistry: string
const { error } = console
beforeAll(async () => {
  console.error = () => undefined
  cloud = await startCloud({ hostnames: ['host.docker.internal'] })
  const credentials = { accessKeyId: '222222222222', secretAccessKey: 'x' }
  const ecr = new ECRClient({ endpoint: cloud.url, region: 'us-east-1', credentials })
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'web' }))
  secondRegistry = `http://${repository?.repositoryUri?.split('/')[0]}`
  ecr.destroy()
})
afterAll(async () => {
  console.error = error
  await cloud.close()
})

type Headers = Readonly<Record<string, string>>

/** Sends a request, which `fetch` would not do with a Host or an Origin, and gives status and body. */
const answerTo = (url: string, method: string, headers: Headers, content = '') =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = ask(url, { method, headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      answer.on('end', () => resolve({ status: answer.statusCode, body }))
    })
    sent.on('error', reject).end(content)
  })

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/${service}/aws4_request, Signature=0`,
})
const target = (operation: string) => ({ 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}` })
const form = 'Action=GetCallerIdentity&Version=2011-06-15'

const parts: readonly (readonly [part: string, method: string, path: string, headers: Headers, content: string])[] = [
  ['ECS', 'POST', '/', { ...signed('ecs'), ...target('ListClusters') }, '{}'],
  ['STS', 'POST', '/', { ...signed('sts'), 'content-type': 'application/x-www-form-urlencoded' }, form],
  ['S3', 'GET', '/', signed('s3'), ''],
  ['the admin API', 'GET', '/_slipway/journal', {}, ''],
  ['the alarms of the admin API', 'POST', '/_slipway/alarms?name=x&state=OK', {}, ''],
  ['the monitors of Datadog', 'GET', '/_slipway/datadog/monitors', {}, ''],
  ['Datadog', 'GET', '/api/v1/validate', {}, ''],
  ['GitHub', 'GET', '/github/repos/acme/web/issues', { authorization: 'token x' }, ''],
  ['the registry', 'GET', '/v2/', {}, ''],
]

describe.each(parts)('%s', (_, method, path, headers, content) => {
  test.each([
    ['another name', { host: 'rebound.example:4566' }],
    ['a page of another site', { origin: 'https://page.example' }],
    ['both', { host: 'rebound.example', origin: 'http://rebound.example' }],
    ['a link in a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_, more: Headers) => {
    const { status, body } = await answerTo(`${cloud.url}${path}`, method, { ...headers, ...more }, content)
    expect(status).toBe(403)
    expect(body).toContain('The rehearsal cloud answers programs on this machine only')
  })

  test('answers a name that it was given', async () => {
    const more = { host: 'host.docker.internal:4566' }
    const { body } = await answerTo(`${cloud.url}${path}`, method, { ...headers, ...more }, content)
    expect(body).not.toContain('on this machine only')
  })
})

test("the address of another account's registry refuses them too", async () => {
  expect((await answerTo(`${secondRegistry}/v2/`, 'GET', {})).status).toBe(401)
  const { status, body } = await answerTo(`${secondRegistry}/v2/`, 'GET', { host: 'rebound.example' })
  expect(status).toBe(403)
  expect(body).toContain('rebound.example')
})

test('a refused call changes nothing', async () => {
  const headers = { ...signed('ecs'), ...target('CreateCluster') }
  const create = (more: Headers) => answerTo(cloud.url, 'POST', { ...headers, ...more }, '{"clusterName":"theirs"}')
  expect((await create({ host: 'rebound.example', origin: 'http://rebound.example' })).status).toBe(403)
  expect(cloud.journal.entries('api').some(({ action }) => action === 'CreateCluster')).toBe(false)
})

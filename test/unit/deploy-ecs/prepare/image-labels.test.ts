import { readImageLabels } from '../../../../actions/deploy-ecs/src/prepare/image-labels.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { answerJson, scriptedServer } from '../../../support/scripted-server.ts'

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const [DIGEST, CHILD, CONFIGURATION] = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}`) as [
  string,
  string,
  string,
]
const IMAGE = `${HOST}/web@${DIGEST}`
const LABELS = { 'org.opencontainers.image.version': '1.4' }
const manifest = { config: { digest: CONFIGURATION } }
const image = (content: object) => ({ images: [{ imageManifest: JSON.stringify(content) }] })

let server: Awaited<ReturnType<typeof scriptedServer>>
let status: number
let configuration: object
beforeEach(async () => {
  ;[status, configuration] = [200, { config: { Labels: LABELS } }]
  server = await scriptedServer((_, response) => answerJson(response, status, configuration))
})
afterEach(() => server.close())

async function read(images: readonly string[], answers: Readonly<Record<string, Answer>> = {}) {
  const fake = fakeAws({
    BatchGetImage: image(manifest),
    GetDownloadUrlForLayer: () => ({ downloadUrl: `${server.url}/blob?token=secret` }),
    ...answers,
  })
  const { lines, log } = fakeLog()
  const labels = await readImageLabels({ aws: fake.aws, env: {}, region: 'eu-west-1', log }, images)
  return { ...fake, lines, labels: Object.fromEntries(labels) }
}

test('reads the labels of an image in ECR, once', async () => {
  const { labels, calls } = await read([IMAGE, IMAGE])
  expect(labels).toEqual({ [IMAGE]: LABELS })
  const common = { registryId: '123456789012', repositoryName: 'web' }
  expect(calls).toEqual([
    {
      operation: 'BatchGetImage',
      region: 'eu-west-1',
      input: { ...common, imageIds: [{ imageDigest: DIGEST }], acceptedMediaTypes: expect.any(Array) },
    },
    { operation: 'GetDownloadUrlForLayer', region: 'eu-west-1', input: { ...common, layerDigest: CONFIGURATION } },
  ])
})

test('reads those of the first Linux image of an index', async () => {
  const manifests = [
    { digest: DIGEST, platform: { os: 'unknown' } },
    { digest: CHILD, platform: { os: 'linux' } },
  ]
  const { labels, requests } = await read([`${HOST}/web:1`], {
    BatchGetImage: (_, count) => image(count === 1 ? { manifests } : manifest),
  })
  expect(labels).toEqual({ [`${HOST}/web:1`]: LABELS })
  expect(requests('BatchGetImage').map(({ imageIds }) => imageIds)).toEqual([
    [{ imageTag: '1' }],
    [{ imageDigest: CHILD }],
  ])
})

test.each([
  ['of another registry', 'example.com/web:1', {}],
  ['whose reference is malformed', 'web:', {}],
  ['that is gone', IMAGE, { BatchGetImage: { images: [], failures: [{ failureCode: 'ImageNotFound' }] } }],
  ['whose manifest is no JSON', IMAGE, { BatchGetImage: { images: [{ imageManifest: '<html>' }] } }],
  ['that the role may not read', IMAGE, { BatchGetImage: awsError('AccessDeniedException') }],
  ['without an address', IMAGE, { GetDownloadUrlForLayer: {} }],
  ['at an address that is none', IMAGE, { GetDownloadUrlForLayer: { downloadUrl: 'nowhere' } }],
])('leaves out an image %s, and shows no address', async (_, reference, answers) => {
  const { labels, lines } = await read([reference], answers)
  expect(labels).toEqual({})
  expect(lines.filter((line) => !line.startsWith('debug: '))).toEqual([])
  expect(lines.join()).not.toContain('token=')
})

test('leaves out an image without labels, and one whose configuration is refused', async () => {
  configuration = { config: { Labels: null } }
  expect((await read([IMAGE])).labels).toEqual({})
  ;[status, configuration] = [403, { config: { Labels: LABELS } }]
  expect((await read([IMAGE])).labels).toEqual({})
})

test('asks for nothing more once the run is cancelled', async () => {
  const { aws, cancel, calls } = fakeAws({})
  cancel()
  const { log } = fakeLog()
  expect((await readImageLabels({ aws, env: {}, region: 'eu-west-1', log }, [IMAGE])).size).toBe(0)
  expect(calls).toEqual([])
})

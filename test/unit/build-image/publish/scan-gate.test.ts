import { ECRClient } from '@aws-sdk/client-ecr'
import type { Image } from '../../../../actions/build-image/src/image/image.ts'
import { OCI_INDEX, OCI_MANIFEST } from '../../../../actions/build-image/src/image/oci.ts'
import { refuseUnscanned, scanGate } from '../../../../actions/build-image/src/publish/scan-gate.ts'
import type { ReadyDestination } from '../../../../actions/build-image/src/registry/ready-destination.ts'
import type { Registries } from '../../../../actions/build-image/src/registry/registries.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { FakeClock } from '../../../support/clock.ts'
import { answerJson, scriptedServer } from '../../../support/scripted-server.ts'

type Answer = { readonly status: string; readonly counts?: Record<string, number> } | 'not scanned'

let server: Awaited<ReturnType<typeof scriptedServer>>
let script: Answer[]
const calls = () => server.seen.map(({ headers }) => String(headers['x-amz-target']).split('.')[1])

beforeEach(async () => {
  server = await scriptedServer(({ headers }, response) => {
    if (String(headers['x-amz-target']).endsWith('StartImageScan')) return answerJson(response, 200, {})
    const next = script.length > 1 ? script.shift() : script[0]
    if (next === undefined || next === 'not scanned')
      return answerJson(response, 400, { __type: 'ScanNotFoundException', message: 'none' })
    answerJson(response, 200, {
      imageScanStatus: { status: next.status },
      imageScanFindings: { findingSeverityCounts: next.counts ?? {} },
    })
  })
})
afterEach(() => server.close())

let clock: FakeClock
beforeEach(() => {
  clock = new FakeClock()
})
const waited = () => clock.slept.reduce((sum, ms) => sum + ms, 0)

const world = () =>
  ({
    clock,
    log: { info: () => {}, debug: () => {} },
    signal: new AbortController().signal,
  }) as unknown as World
const image = (mediaType = OCI_MANIFEST, body = '{}'): Image =>
  ({
    digest: 'sha256:top',
    source: { name: 'web', manifest: async () => ({ digest: 'sha256:top', mediaType, bytes: Buffer.from(body) }) },
  }) as unknown as Image
const destination = (): ReadyDestination =>
  ({
    repository: { host: 'ecr', path: 'web' },
    tags: [],
    ecr: {
      describable: true,
      account: '123456789012',
      client: new ECRClient({
        endpoint: server.url,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      }),
    },
  }) as unknown as ReadyDestination
const gate = (severity: 'low' | 'high', of = image()) =>
  scanGate({ severity, timeoutMs: 60_000 }, of, [destination()], world())

test('does not accept an empty complete scan before it was read twice', async () => {
  script = [
    { status: 'IN_PROGRESS' },
    { status: 'COMPLETE' },
    { status: 'COMPLETE', counts: { CRITICAL: 2 } },
    { status: 'COMPLETE', counts: { CRITICAL: 2 } },
  ]
  await expect(gate('high')).rejects.toMatchObject({
    message: "ECR's scan of ecr/web@sha256:top found 2 critical; `scan-gate` is high.",
    hint: expect.stringContaining('No tag was moved.'),
  })
})

test.each([
  ['COMPLETE', 10_000],
  ['ACTIVE', 30_000],
])('waits for late findings: accepts an empty %s scan after %d ms', async (status, ms) => {
  script = [{ status }]
  expect(await gate('high')).toEqual({})
  expect(waited()).toBeGreaterThanOrEqual(ms)
  const looks = server.seen.length
  script = [...Array.from({ length: looks - 1 }, () => ({ status })), { status, counts: { CRITICAL: 1 } }]
  await expect(gate('high')).rejects.toThrow('found 1 critical')
})

test('accepts findings once they were read twice alike', async () => {
  script = [{ status: 'COMPLETE', counts: { LOW: 1 } }]
  expect(await gate('high')).toEqual({ LOW: 1 })
  expect(waited()).toBe(1000)
})

test('accepts enhanced scanning, which stays ACTIVE, and passes findings below the gate', async () => {
  script = [{ status: 'ACTIVE', counts: { MEDIUM: 3, INFORMATIONAL: 9 } }]
  expect(await gate('high')).toEqual({ MEDIUM: 3, INFORMATIONAL: 9 })
  expect(calls()).toEqual(['DescribeImageScanFindings', 'DescribeImageScanFindings'])
  await expect(gate('low')).rejects.toThrow('3 medium')
})

test('starts a scan once when there is none', async () => {
  script = ['not scanned', 'not scanned', { status: 'COMPLETE' }]
  expect(await gate('high')).toEqual({})
  expect(calls().filter((call) => call === 'StartImageScan')).toHaveLength(1)
})

test('scans each image of an index, and no attestations', async () => {
  const manifest = (digest: string, os: string) => ({
    mediaType: OCI_MANIFEST,
    digest,
    size: 1,
    platform: { os, architecture: 'x' },
  })
  const index = JSON.stringify({
    manifests: [manifest('sha256:a', 'linux'), manifest('sha256:b', 'linux'), manifest('sha256:c', 'unknown')],
  })
  script = [{ status: 'COMPLETE', counts: { LOW: 1 } }]
  expect(await gate('high', image(OCI_INDEX, index))).toEqual({ LOW: 2 })
  const scanned = server.seen.map(({ body }) => (body as { imageId: { imageDigest: string } }).imageId.imageDigest)
  expect([...new Set(scanned)]).toEqual(['sha256:a', 'sha256:b'])
})

test('fails when a scan fails or does not end, and without ECR', async () => {
  script = [{ status: 'UNSUPPORTED_IMAGE' }]
  await expect(gate('high')).rejects.toThrow('ECR could not scan web@sha256:top: UNSUPPORTED_IMAGE')
  script = [{ status: 'PENDING' }]
  await expect(gate('high')).rejects.toThrow("Gave up on ECR's scan of web@sha256:top after 60 s.")
  await expect(scanGate({ severity: 'high', timeoutMs: 1 }, image(), [], world())).rejects.toThrow(
    'none of the repositories is in a private ECR registry',
  )
})

test('refuses the gate before anything is built when no destination is an ECR registry that can be asked', async () => {
  const check = (ecr: object | undefined) =>
    refuseUnscanned(
      {
        scanGate: { severity: 'high', timeoutMs: 1 },
        destinations: [{ repository: { host: 'a.test', path: 'web' }, tags: [] }],
      },
      { at: async () => ({ ecr }) } as unknown as Registries,
    )
  await expect(check({ describable: true })).resolves.toBeUndefined()
  for (const ecr of [undefined, { describable: false }]) {
    await expect(check(ecr)).rejects.toMatchObject({ input: 'scan-gate', hint: expect.stringContaining('push to ECR') })
  }
  await expect(refuseUnscanned({ scanGate: undefined, destinations: [] }, {} as Registries)).resolves.toBeUndefined()
})

test('a failure to read the scan names the permission', async () => {
  await server.close()
  server = await scriptedServer((_, response) =>
    answerJson(response, 400, { __type: 'AccessDeniedException', message: 'no' }),
  )
  await expect(gate('high')).rejects.toThrow(
    'Could not read the scan of web@sha256:top (ecr:DescribeImageScanFindings)',
  )
})

// A registry and its storage on a network that leads to them only through a proxy, with certificates of a company's own.
import { Registries } from '../../../actions/build-image/src/registry/registries.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { type Internet, startInternet } from '../../support/internet.ts'

const REGISTRY = '111111111111.dkr.ecr.us-east-1.amazonaws.com'
const STORAGE = 'prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com'
const DIGEST = 'sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' // of `a`
const LOGIN = { host: REGISTRY, username: 'AWS', password: 'a-token' }

let internet: Internet
const asked: string[] = []
beforeAll(async () => {
  internet = await startInternet({
    [REGISTRY]: ({ url = '' }, response) => {
      asked.push(`${REGISTRY}${url}`)
      const location = `https://${STORAGE}/${DIGEST}?X-Amz-Signature=s`
      if (url === '/v2/') response.writeHead(401, { 'www-authenticate': 'Basic realm="ECR"' }).end()
      else response.writeHead(307, { location }).end()
    },
    [STORAGE]: ({ url = '' }, response) => {
      asked.push(`${STORAGE}${url}`)
      response.end('a')
    },
  })
})
beforeEach(() => {
  asked.length = 0
})
afterAll(() => internet.close())

async function readBlob(env: Readonly<Record<string, string>>): Promise<string> {
  const { world } = recordingWorld({ HTTPS_PROXY: internet.env.HTTPS_PROXY, ...env })
  const { registry } = await new Registries(world, LOGIN).at(REGISTRY)
  return (await registry.readBlob('web', DIGEST)).toString()
}

test('AWS_CA_BUNDLE is trusted for blobs, too, where the registry redirects to its storage', async () => {
  expect(await readBlob({ AWS_CA_BUNDLE: internet.env.NODE_EXTRA_CA_CERTS })).toBe('a')
  expect(asked).toEqual([
    `${REGISTRY}/v2/`,
    `${REGISTRY}/v2/web/blobs/${DIGEST}`,
    `${STORAGE}/${DIGEST}?X-Amz-Signature=s`,
  ])
})

test('without it the registry is not trusted, and not asked again', async () => {
  await expect(readBlob({})).rejects.toThrow(/self-signed certificate/)
  expect(asked).toEqual([])
})

test('an AWS_CA_BUNDLE that cannot be read is named', async () => {
  await expect(readBlob({ AWS_CA_BUNDLE: '/nowhere/ca.pem' })).rejects.toThrow(
    'AWS_CA_BUNDLE names `/nowhere/ca.pem`, which cannot be read.',
  )
})

import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { download, verifyChecksum } from '../../../../actions/terraform-apply/src/tool/download.ts'
import { fakeWorld } from '../fake-world.ts'

test('verifies the SHA-256 that the publisher lists for the name of the file', () => {
  const content = Buffer.from('a program')
  const sum = createHash('sha256').update(content).digest('hex')
  expect(() => verifyChecksum('a.zip', content, `0000  b.zip\n${sum}  a.zip\n`)).not.toThrow()
  expect(() => verifyChecksum('a.zip', content, `${sum}  b.zip\n0000  a.zip\n`)).toThrow('its publisher lists 0000')
  expect(() => verifyChecksum('a.zip', content, `${sum}  b.zip\n`)).toThrow('is not in its publisher')
})

describe('the list of versions', () => {
  /** Downloads a version that no release has, from a server that answers its nth request like this. */
  async function downloadFrom(answers: readonly RequestListener[]) {
    let requests = 0
    const server = createServer((request, response) => answers[requests++]?.(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const downloadUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const wanted = { text: '~> 9.0', from: 'the input', allows: () => false }
    const { world } = fakeWorld()
    const error = await download(world, { tool: 'terraform', version: '~> 9.0', downloadUrl }, wanted).catch(
      (failure: unknown) => failure as Error,
    )
    server.closeAllConnections()
    server.close()
    return { message: error instanceof Error ? error.message : error, requests }
  }
  const list: RequestListener = (_, response) => response.end('{"versions":{"1.11.4":{}}}')
  const status =
    (code: number): RequestListener =>
    (_, response) =>
      response.writeHead(code).end()

  test('is fetched again after a connection error or an overloaded server', async () => {
    const reset: RequestListener = (request) => request.socket.destroy()
    const { message, requests } = await downloadFrom([reset, status(503), status(429), list])
    expect(message).toBe('No published version satisfies `~> 9.0`, which the input requires.')
    expect(requests).toBe(4)
  })

  test('is fetched from where a redirect leads', async () => {
    const redirect: RequestListener = (_, response) => response.writeHead(302, { location: '/elsewhere?key' }).end()
    const { message, requests } = await downloadFrom([redirect, list])
    expect(message).toBe('No published version satisfies `~> 9.0`, which the input requires.')
    expect(requests).toBe(2)
  })

  test('is not fetched again after a redirect that must not be followed', async () => {
    const redirect: RequestListener = (_, response) => response.writeHead(302, { location: 'ftp://mirror/list' }).end()
    const { message, requests } = await downloadFrom([redirect, list])
    expect(message).toContain('/index.json could not be downloaded.')
    expect(requests).toBe(1)
  })

  test('is not fetched again when it does not exist', async () => {
    const { message, requests } = await downloadFrom([status(404), list])
    expect(message).toContain('/index.json could not be downloaded.')
    expect(requests).toBe(1)
  })
})

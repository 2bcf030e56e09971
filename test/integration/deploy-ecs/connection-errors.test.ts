// A connection that breaks while a rollout is watched: the call is retried, and the verdict agrees with the journal.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { awsClients, type Connect } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { callsOf } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

interface Request {
  readonly headers: Readonly<Record<string, string>>
  hostname: string
  port?: number
}
/** Throws the error of a connection, or leads the request astray. */
type Break = (request: Request) => void

/** The first `times` DescribeServices after UpdateService break. */
function breaking(breakIt: Break, times = 1): { readonly connect: Connect; readonly left: () => number } {
  let left = times
  let isUpdated = false
  const connect: Connect = (config) => {
    const clients = awsClients(config)
    const handler = clients.ecs.config.requestHandler
    const handle = handler.handle.bind(handler)
    handler.handle = async (request, options) => {
      const action = request.headers['x-amz-target'] ?? ''
      if (isUpdated && action.endsWith('.DescribeServices') && left > 0) {
        left--
        breakIt(request)
      }
      const answer = await handle(request, options).catch((error: Error) => {
        // Under Jest, Node's own errors are no `Error` of this realm, and the SDK drops their codes.
        throw Object.assign(new Error(error.message), error)
      })
      isUpdated ||= action.endsWith('.UpdateService')
      return answer
    }
    return clients
  }
  return { connect, left: () => left }
}

const unreachable = (code: string) =>
  Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code, syscall: 'connect', address: '10.0.0.1', port: 443 })
const throwing = (error: Error) => () => {
  throw error
}
const ended = () => cloud.journal.entries('service-deployment').at(-1)?.['status']

test.each<[string, Error]>([
  ['EHOSTUNREACH', unreachable('EHOSTUNREACH')],
  ['ENETUNREACH', unreachable('ENETUNREACH')],
  [
    'an AggregateError without a code',
    new AggregateError([unreachable('EHOSTUNREACH'), unreachable('ENETUNREACH')], ''),
  ],
  ['"socket hang up" without a code', new Error('socket hang up')],
])('repeats DescribeServices after %s, and is green when ECS is done', async (_, error) => {
  await makeService(cloud)
  const { connect, left } = breaking(throwing(error))
  const done = await deploy(cloud, { image: 'example.com/web:next' }, { connect })
  expect(left()).toBe(0)
  expect([done.outputs['verdict'], done.error]).toEqual(['succeeded', undefined])
  expect(ended()).toBe('SUCCESSFUL')
  expect(callsOf(cloud, 'UpdateService')).toHaveLength(1)
})

test('repeats DescribeServices after an answer that is no HTTP', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await makeService(cloud)
    const { connect, left } = breaking((request) => {
      request.hostname = '127.0.0.1'
      request.port = (server.address() as AddressInfo).port
    })
    const done = await deploy(cloud, { image: 'example.com/web:next' }, { connect })
    expect(left()).toBe(0)
    expect([done.outputs['verdict'], done.error]).toEqual(['succeeded', undefined])
    expect(ended()).toBe('SUCCESSFUL')
  } finally {
    server.close()
  }
})

test('goes on with the watch when more calls fail than one is repeated', async () => {
  await makeService(cloud)
  const { connect, left } = breaking(throwing(unreachable('EHOSTUNREACH')), 10)
  const done = await deploy(cloud, { image: 'example.com/web:next' }, { connect })
  expect(left()).toBe(0)
  expect(done.outputs['verdict']).toBe('succeeded')
  expect(ended()).toBe('SUCCESSFUL')
})

test('rolls back what fails, although the connection breaks in between', async () => {
  await makeService(cloud)
  const { connect, left } = breaking(throwing(unreachable('EHOSTUNREACH')))
  const done = await deploy(cloud, { image: 'example.com/web:missing' }, { connect })
  expect(left()).toBe(0)
  expect(done.outputs['verdict']).toBe('rolled-back')
  expect(ended()).toBe('ROLLBACK_SUCCESSFUL')
})

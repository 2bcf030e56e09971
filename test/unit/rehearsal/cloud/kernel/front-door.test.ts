import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'
import { AwsError } from '../../../../../rehearsal/cloud/kernel/errors.ts'
import { FrontDoor } from '../../../../../rehearsal/cloud/kernel/front-door.ts'
import { Journal } from '../../../../../rehearsal/cloud/kernel/journal.ts'
import { jsonService } from '../../../../../rehearsal/cloud/kernel/protocol/json.ts'
import { Server } from '../../../../../rehearsal/cloud/kernel/server.ts'
import type { Fault } from '../../../../../rehearsal/cloud/kernel/service.ts'

const clock = new ManualClock()
const journal = new Journal(clock)
const caller = { account: '1', region: 'us-east-1', accessKeyId: 'k', arn: 'arn:me', userId: 'u', role: 'deploy' }
let done = 0
let fault: Fault | undefined
let server: Server

beforeAll(async () => {
  const service = jsonService({
    Do: () => ({ done: ++done, at: new Date(1_500_000_000_250) }),
    Refuse: () => {
      throw new AwsError('ClientException', 'No.', 400, { resourceIds: ['x'] })
    },
  })
  const frontDoor = new FrontDoor({
    clock,
    journal,
    service: () => service,
    identify: () => caller,
    intercept: () => fault,
  })
  server = new Server([frontDoor])
  await server.listen('127.0.0.1', 0)
})
afterAll(() => server.close())
beforeEach(() => {
  fault = undefined
  done = 0
})

const ask = (action: string, input: unknown = {}) =>
  fetch(`http://127.0.0.1:${server.port}/`, {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonECS.${action}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/ecs/aws4_request, Signature=0',
    },
    body: JSON.stringify(input),
  })

const last = () => journal.entries('api').at(-1)

test('a response is written in its protocol, and the call recorded with its resource', async () => {
  const answer = await ask('Do', { cluster: 'main', password: 'secret', desiredCount: 2 })
  expect(await answer.json()).toEqual({ done: 1, at: 1_500_000_000.25 })
  expect(last()).toMatchObject({
    service: 'ecs',
    action: 'Do',
    account: '1',
    role: 'deploy',
    principal: 'arn:me',
    outcome: 'ok',
    status: 200,
    request: { cluster: 'main', desiredCount: 2 },
  })
  expect(JSON.stringify(last())).not.toContain('secret')
})

test('a call about several resources is recorded with all of them', async () => {
  await ask('Do', { services: ['web', 'api'], secrets: ['secret'] })
  expect(last()).toMatchObject({ request: { services: ['web', 'api'] } })
  expect(JSON.stringify(last())).not.toContain('secret')
})

test('an error keeps its code, message and details', async () => {
  const answer = await ask('Refuse')
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({ __type: 'ClientException', message: 'No.', resourceIds: ['x'] })
  expect(last()).toMatchObject({ outcome: 'ClientException', status: 400 })
})

test('an unknown operation is named, also toString', async () => {
  for (const action of ['Undo', 'toString']) {
    const answer = await ask(action)
    expect(await answer.json()).toMatchObject({
      __type: 'UnknownOperationException',
      message: expect.stringContaining(action),
    })
  }
})

test('a body that is not a JSON object is a serialization error', async () => {
  for (const body of [[], 'text', null]) {
    expect(await (await ask('Do', body)).json()).toMatchObject({ __type: 'SerializationException' })
  }
})

test('an injected error replaces the response and is marked', async () => {
  fault = { error: new AwsError('ThrottlingException', 'Rate exceeded') }
  expect(await (await ask('Do')).json()).toMatchObject({ __type: 'ThrottlingException' })
  expect(done).toBe(0)
  expect(last()).toMatchObject({ outcome: 'ThrottlingException', fault: true })
})

test('reset-before skips the call; reset-after loses only its response', async () => {
  fault = { reset: 'before' }
  await expect(ask('Do')).rejects.toThrow()
  expect(done).toBe(0)
  expect(last()).toMatchObject({ outcome: 'reset-before' })
  fault = { reset: 'after' }
  await expect(ask('Do')).rejects.toThrow()
  expect(done).toBe(1)
  expect(last()).toMatchObject({ outcome: 'reset-after' })
})

test("a delay passes in the cloud's time", async () => {
  fault = { delay: 60_000 }
  const waiting = Promise.withResolvers<void>()
  const after = clock.after.bind(clock)
  clock.after = (ms, task) => {
    waiting.resolve()
    return after(ms, task)
  }
  let answered = false
  const answer = ask('Do').then((response) => {
    answered = true
    return response.json()
  })
  await waiting.promise
  // A call that came later is answered first.
  fault = undefined
  expect(await (await ask('Do')).json()).toMatchObject({ done: 1 })
  expect(answered).toBe(false)
  await clock.advance(60_000)
  expect(await answer).toMatchObject({ done: 2 })
})

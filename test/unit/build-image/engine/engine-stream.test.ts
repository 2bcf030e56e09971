import { readEngineStream } from '../../../../actions/build-image/src/engine/engine-stream.ts'

async function* chunks(...parts: readonly (Buffer | string)[]) {
  yield* parts
}
const collect = async (...parts: readonly (Buffer | string)[]) => {
  const messages = []
  for await (const message of readEngineStream(chunks(...parts))) messages.push(message)
  return messages
}

test('reads messages that are cut between chunks at any byte, and a last line without an end', async () => {
  const bytes = Buffer.from('{"stream":"Grüße ☃\\n"}\r\n\n{"aux":{"ID":"sha256:1"}}')
  for (let at = 0; at <= bytes.length; at++) {
    expect(await collect(bytes.subarray(0, at), bytes.subarray(at))).toEqual([
      { stream: 'Grüße ☃\n' },
      { aux: { ID: 'sha256:1' } },
    ])
  }
})

test.each(['{"errorDetail":{"message":"no such file"},"error":"other"}', '{"error":"no such file"}\n'])(
  'throws an error message of a stream with status 200: %s',
  async (line) => {
    await expect(collect('{"stream":"ok"}\n', line)).rejects.toThrow('no such file')
  },
)

test('an incomplete line is an error that shows it', async () => {
  await expect(collect('{"stream":"ok"}\n{"str')).rejects.toThrow('stopped in the middle of a message: `{"str`')
})

test('a line without an end is not kept: an engine sends short ones', async () => {
  let sent = 0
  async function* endless() {
    for (;;) {
      sent += 1
      yield Buffer.alloc(1024 * 1024, 'x')
    }
  }
  await expect(async () => {
    for await (const _ of readEngineStream(endless()));
  }).rejects.toThrow('The Docker engine sent a line of more than 64 MiB.')
  expect(sent).toBe(65)
})

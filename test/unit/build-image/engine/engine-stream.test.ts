import { readEngineStream } from '../../../../actions/build-image/src/engine/engine-stream.ts'

async function* chunks(...parts: readonly (Buffer | string)[]) {
  yield* parts
}
const collect = async (...parts: readonly (Buffer | string)[]) => {
  const messages = []
  for await (const message of readEngineStream(chunks(...parts))) messages.push(message)
  return messages
}

test('characters and lines may be cut anywhere, and the last line need not end', async () => {
  const bytes = Buffer.from('{"stream":"Grüße ☃\\n"}\r\n\n{"aux":{"ID":"sha256:1"}}')
  for (let at = 0; at <= bytes.length; at++) {
    expect(await collect(bytes.subarray(0, at), bytes.subarray(at))).toEqual([
      { stream: 'Grüße ☃\n' },
      { aux: { ID: 'sha256:1' } },
    ])
  }
})

test.each(['{"errorDetail":{"message":"no such file"},"error":"other"}', '{"error":"no such file"}\n'])(
  'an error under status 200 is one: %s',
  async (line) => {
    await expect(collect('{"stream":"ok"}\n', line)).rejects.toThrow('no such file')
  },
)

test('a line that is cut off is an error with what came of it', async () => {
  await expect(collect('{"stream":"ok"}\n{"str')).rejects.toThrow('stopped in the middle of a message: `{"str`')
})

import { StringDecoder } from 'node:string_decoder'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { cut } from '../../../../toolkit/text/cut.ts'

/** One message of the Docker Engine API's progress streams. */
export interface EngineMessage {
  readonly stream?: string
  readonly status?: string
  readonly id?: string
  readonly aux?: { readonly ID?: string; readonly Digest?: string }
  readonly error?: string
  readonly errorDetail?: { readonly message?: string }
}

/**
 * Reads a progress stream of the Docker Engine API: one JSON document a line, with status 200 even for a failure. A chunk may
 * end within a character, and the last line may lack its end. (dockerode's own reader handles neither.)
 * @throws SlipwayError at the stream's error message, or at a line that is not JSON.
 */
export async function* readEngineStream(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<EngineMessage> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of chunks) {
    // Splits the chunk alone: a long line has many chunks, and would be split again with each.
    const lines = (typeof chunk === 'string' ? chunk : decoder.write(chunk)).split('\n')
    lines[0] = rest + (lines[0] ?? '')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) throw new SlipwayError(TOO_LONG, { hint: SHORTER_OUTPUT })
    for (const line of lines) if (line.trim() !== '') yield parse(line)
  }
  rest += decoder.end()
  if (rest.trim() !== '') yield parse(rest)
}

/** Characters. The longest lines are the output of one instruction, cut by the engine. */
const LONGEST_LINE = 64 * 1024 * 1024
const TOO_LONG = 'The Docker engine sent a line of more than 64 MiB.'
const SHORTER_OUTPUT = 'Have the instructions of the Dockerfile print less, with line ends.'

function parse(line: string): EngineMessage {
  let message: EngineMessage
  try {
    message = JSON.parse(line) as EngineMessage
  } catch (cause) {
    throw new SlipwayError(`The Docker engine stopped in the middle of a message: \`${cut(line.trim(), 200)}\`.`, {
      hint: 'The engine may have been stopped or may have run out of memory: read its log, and run the step again.',
      cause,
    })
  }
  const failure = message.errorDetail?.message ?? message.error
  if (failure !== undefined) throw new EngineError(failure.trim())
  return message
}

/** An error message of the Docker engine. */
export class EngineError extends SlipwayError {}

import { buffer } from 'node:stream/consumers'

/** The members of a command of the SDK that are needed to see its answer. */
interface Command {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { readonly step: 'deserialize'; readonly priority: 'low' }): void
  }
}

type Next = (args: never) => Promise<{ readonly response: unknown }>
type Middleware = (next: Next) => Next

/**
 * Keeps the JSON of the answer to a command. The SDK drops members that it does not know when it reads an answer.
 * @returns a function that gives the JSON once the command was sent; `undefined` for an answer that is no JSON.
 */
export function keepRawAnswer(command: Command): () => unknown {
  let text: string | undefined
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const response = result.response as { body?: unknown }
      const bytes = await buffer(response.body as NodeJS.ReadableStream)
      text = bytes.toString('utf8')
      // Read once, a stream is empty. The SDK takes bytes as well.
      response.body = new Uint8Array(bytes)
      return result
    },
    { step: 'deserialize', priority: 'low' },
  )
  return () => {
    try {
      return text === undefined ? undefined : JSON.parse(text)
    } catch {
      return undefined
    }
  }
}

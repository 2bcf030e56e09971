import type { Answer } from '../call.ts'

/** The error code in a response of any protocol, or its status when it has no code. */
export function errorCodeOf({ status, headers, body = '' }: Answer): string {
  const header = headers?.['x-amzn-errortype']
  const text = body.toString()
  const code = header ?? /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? /"__type"\s*:\s*"([^"]+)"/.exec(text)?.[1]
  // `com.amazonaws.ecs#ClientException:http://…` is a ClientException.
  return code?.replace(/^.*#/, '').replace(/:.*$/, '') ?? String(status)
}

import { SlipwayError } from '../../../../toolkit/errors.ts'
import { isConnectionError } from '../../../../toolkit/http/connection-error.ts'
import type { TextAnswer } from '../../../../toolkit/http/exchange.ts'
import { cut } from '../../../../toolkit/text/cut.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import type { Site } from './site.ts'

/** A request to Datadog failed. */
export class DatadogError extends SlipwayError {
  /** Whether a retry can help: `true`, or after so many milliseconds. */
  readonly retry: boolean | { readonly afterMs: number }
  /** The status that Datadog answered, if it answered. */
  readonly status: number | undefined

  constructor(
    message: string,
    detail: { hint: string; retry: boolean | { readonly afterMs: number }; status?: number; cause?: unknown },
  ) {
    super(message, detail)
    this.retry = detail.retry
    this.status = detail.status
  }
}

/** No answer. Another try can help unless the connection was refused for good, as by a certificate that is not trusted. */
export function noAnswer(operation: string, site: Site, url: string, cause: unknown): DatadogError {
  return incomplete(operation, site, url, cause, isConnectionError(cause))
}

/** An answer that ends early or is no JSON. */
export const brokenAnswer = (operation: string, site: Site, url: string, cause: unknown): DatadogError =>
  incomplete(operation, site, url, cause, true)

function incomplete(operation: string, site: Site, url: string, cause: unknown, retry: boolean): DatadogError {
  return new DatadogError(`Could not ${operation}: no complete answer came from ${new URL(url).origin}.`, {
    hint: `Check that the site is right (asked: \`${site.name}\`), that this runner can reach it, and https://status.datadoghq.com.`,
    retry,
    cause,
  })
}

/** The calls before this one used up the time for all calls. */
export const outOfTime = (operation: string): DatadogError =>
  new DatadogError(`Did not try to ${operation}: the calls before it used up the \`timeout\`.`, {
    hint: 'Datadog is slow or refuses requests: see the messages above. Raise `timeout` to wait longer.',
    retry: true,
  })

/** An answer of success that cannot be read. */
export const unreadableAnswer = (operation: string, problem: string): DatadogError =>
  new DatadogError(`Could not ${operation}: the answer is unusable, as ${problem}.`, {
    hint: 'Something else than Datadog may have answered, such as a proxy. Check `site` and `api-url`.',
    retry: true,
  })

/** An answer with an error status. */
export function refused(
  { operation, mayLag = false }: { readonly operation: string; readonly mayLag?: boolean },
  site: Site,
  url: string,
  answer: TextAnswer,
): DatadogError {
  const { origin, pathname } = new URL(url)
  const said = whatWentWrong(answer.text)
  return new DatadogError(
    `Could not ${operation}: ${origin}${pathname} answered ${answer.status}${said === '' ? '.' : `: ${said}`}`,
    {
      hint: hintFor(answer, site, pathname),
      retry: (mayLag && answer.status === 404) || retryOf(answer),
      status: answer.status,
    },
  )
}

function retryOf({ status, headers }: TextAnswer): boolean | { readonly afterMs: number } {
  if (status === 429) {
    const reset = Number(headers['x-ratelimit-reset'] ?? headers['retry-after'])
    return Number.isFinite(reset) && reset >= 0 ? { afterMs: Math.max(1, reset) * 1000 } : true
  }
  return status === 408 || status >= 500
}

/** Where a DORA deployment is marked as a change failure. */
const DORA = '/api/v2/dora/deployments'

/** What an application key needs, by the start of the path. */
const SCOPES = [
  ['/api/v1/monitor', 'monitors_read'],
  ['/api/v2/deployments/gates', 'deployment_gates_evaluate'],
  [DORA, 'dora_metrics_write'],
] as const

function hintFor({ status, headers }: TextAnswer, site: Site, path: string): string {
  const scope = SCOPES.find(([start]) => path.startsWith(start))?.[1]
  if (status === 401 || status === 403) {
    const keys = scope
      ? `the application key lacks the scope \`${scope}\`, the two keys are of different organisations,`
      : 'an application key stands in for the API key, the key was revoked,'
    return `The site asked was \`${site.name}\`. Datadog answers a key of another site as it answers a wrong key: compare with the address of your Datadog, and set \`site\`. Otherwise ${keys} or the secret holds something else.`
  }
  if (status === 429) {
    const name = headers['x-ratelimit-name']
    return `Datadog's rate limit${name === undefined ? '' : ` \`${name}\``} was used up for longer than \`timeout\` allows. Raise \`timeout\`, or send less.`
  }
  if (status === 413) return 'The request is too large for Datadog. Shorten the text or drop tags.'
  if (status === 404 && path.startsWith(DORA)) {
    return 'Datadog has no such DORA deployment. `rolls-back` takes the output `deploy-id` of a step that sent `dora-deployment` for the same service, or `version:` and the `version` that it sent with the same `service` and `env`.'
  }
  if (status === 404) return `Check \`site\` or \`api-url\`: \`${site.name}\` does not know this path.`
  if (status >= 300 && status < 400) return 'Redirects are not followed, as they would carry the keys to another host.'
  if (status === 408 || status >= 500)
    return 'Datadog still failed after all retries: see https://status.datadoghq.com.'
  return 'Datadog did not accept the request. Run the step with `dry-run: true` to see exactly what is sent.'
}

/** The message of `{"errors": ["…"]}` (v1) or `{"errors": [{"title", "detail"}]}` (v2); else the text, shortened. */
function whatWentWrong(text: string): string {
  try {
    const { errors } = parseJson(text, 'The answer') as { errors?: unknown }
    if (Array.isArray(errors)) return cut(oneLine(errors.map(errorText).join('; ')), 1000)
  } catch {
    // Not JSON: a proxy's page, most likely.
  }
  return cut(oneLine(text), 200)
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const { title, detail } = error as { title?: unknown; detail?: unknown }
  return [title, detail].filter((part) => typeof part === 'string').join(': ') || JSON.stringify(error)
}

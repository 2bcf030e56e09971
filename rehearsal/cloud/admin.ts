import type { Accounts } from './accounts/accounts.ts'
import type { Answer, RequestHead } from './kernel/call.ts'
import type { Journal } from './kernel/journal.ts'
import { type Route, send } from './kernel/server.ts'

/** What is not AWS's: `/_slipway/…`, for those who run the cloud as a process and have only HTTP to ask it by. */
export function adminRoute(journal: Journal, accounts: Accounts): Route {
  const started = Date.now()

  const answers: Readonly<Record<string, (head: RequestHead) => Answer>> = {
    'GET /_slipway/health': () => json({ status: 'ok', uptime: (Date.now() - started) / 1000 }),

    // `?type=task` keeps one kind, `?after=SEQ` only what came later.
    'GET /_slipway/journal': ({ url }) => {
      const after = Number(url.searchParams.get('after') ?? 0)
      const entries = journal.entries(url.searchParams.get('type') ?? undefined).filter(({ seq }) => seq > after)
      const body = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
      return { status: 200, headers: { 'content-type': 'application/jsonl' }, body }
    },

    // Lets temporary credentials expire at once, `?account=` those of one account.
    'POST /_slipway/expire-credentials': ({ url }) =>
      json({ expired: accounts.expire(url.searchParams.get('account') ?? undefined) }),
  }

  return {
    // Datadog's pages are its own room's.
    claims: ({ url }) => /^\/_slipway\/(?!datadog\/)/.test(url.pathname),
    serve: (exchange) => {
      const { head } = exchange
      const answer = answers[`${head.method === 'HEAD' ? 'GET' : head.method} ${head.url.pathname}`]
      send(exchange, answer?.(head) ?? notFound(Object.keys(answers)))
    },
  }
}

const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(value)}\n`,
})

const notFound = (known: readonly string[]) => json({ error: 'The cloud has no such page.', pages: known }, 404)

import type { Accounts } from './accounts/accounts.ts'
import type { AuthTokens } from './ecr/auth-tokens.ts'
import type { ManualAlarms } from './ecs/alarms.ts'
import type { Answer, RequestHead, Scope } from './kernel/call.ts'
import type { Journal } from './kernel/journal.ts'
import { type Route, send } from './kernel/server.ts'

export interface AdminDeps {
  readonly journal: Journal
  readonly accounts: Accounts
  /** ECR authorization tokens. */
  readonly tokens: AuthTokens
  readonly alarms: ManualAlarms
  /** Default account and region for alarms. */
  readonly scope: Scope
}

/** The cloud's own API, `/_slipway/…`: controls a cloud that runs as a process. */
export function adminRoute({ journal, accounts, tokens, alarms, scope }: AdminDeps): Route {
  const started = Date.now()

  const answers: Readonly<Record<string, (head: RequestHead) => Answer>> = {
    'GET /_slipway/health': () => json({ status: 'ok', uptime: (Date.now() - started) / 1000 }),

    // `?type=task` filters by type, `?after=SEQ` by position.
    'GET /_slipway/journal': ({ url }) => {
      const after = Number(url.searchParams.get('after') ?? 0)
      const entries = journal.entries(url.searchParams.get('type') ?? undefined).filter(({ seq }) => seq > after)
      const body = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
      return { status: 200, headers: { 'content-type': 'application/jsonl' }, body }
    },

    // Expires temporary credentials, with `?account=` those of one account.
    'POST /_slipway/expire-credentials': ({ url }) => json({ expired: accounts.expire(accountIn(url)) }),

    // Expires ECR authorization tokens.
    'POST /_slipway/expire-registry-tokens': ({ url }) => json({ expired: tokens.expire(accountIn(url)) }),

    // `?name=NAME&state=ALARM` raises a CloudWatch alarm for deployments that name it, `state=OK` clears it.
    'POST /_slipway/alarms': ({ url }) => {
      const name = url.searchParams.get('name') ?? ''
      const state = url.searchParams.get('state') ?? ''
      if (name === '' || !['ALARM', 'OK'].includes(state)) {
        return json({ error: `Set name, and state to ALARM or OK. Got name '${name}' and state '${state}'.` }, 400)
      }
      const region = url.searchParams.get('region') ?? scope.region
      alarms.set({ account: accountIn(url) ?? scope.account, region }, name, state === 'ALARM')
      return json({ name, state })
    },
  }

  return {
    // The Datadog routes serve their own paths.
    claims: ({ url }) => /^\/_slipway\/(?!datadog\/)/.test(url.pathname),
    serve: (exchange) => {
      const { head } = exchange
      const answer = answers[`${head.method === 'HEAD' ? 'GET' : head.method} ${head.url.pathname}`]
      send(exchange, answer?.(head) ?? notFound(Object.keys(answers)))
    },
  }
}

const accountIn = (url: URL) => url.searchParams.get('account') ?? undefined

const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(value)}\n`,
})

const notFound = (known: readonly string[]) => json({ error: 'Unknown path.', pages: known }, 404)

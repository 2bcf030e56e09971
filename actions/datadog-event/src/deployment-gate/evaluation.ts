// The evaluation of one service's deployment gate by Datadog: what is asked, and what is answered.
import * as z from 'zod/mini'
import { defined } from '../../../../toolkit/objects.ts'
import type { Datadog, DatadogRequest } from '../api/client.ts'
import { unreadableAnswer } from '../api/datadog-error.ts'
import type { DeploymentGateInputs, GateSubject } from '../inputs/deployment-gate-inputs.ts'

const PATH = '/api/v2/deployments/gates/evaluation'

/** What one rule of the gate gave. */
export interface RuleResult {
  readonly name: string
  /** `pass`, `fail`, `in_progress`, or what Datadog may add. */
  readonly status: string
  readonly reason?: string
  /** It does not count. */
  readonly dryRun: boolean
}

/** What Datadog says of an evaluation. */
export interface EvaluationResult {
  readonly status: string
  /** The gate is a trial: Datadog answers `pass` whatever the rules say. */
  readonly dryRun: boolean
  readonly url?: string
  readonly rules: readonly RuleResult[]
}

const started = z.object({ data: z.object({ attributes: z.object({ evaluation_id: z.string() }) }) })
const flag = z.optional(z.nullable(z.boolean()))
const word = z.optional(z.nullable(z.string()))
const evaluated = z.object({
  data: z.object({
    attributes: z.object({
      gate_status: z.string(),
      dry_run: flag,
      evaluation_url: word,
      rules: z.optional(z.nullable(z.array(z.object({ name: word, status: word, reason: word, dry_run: flag })))),
    }),
  }),
})

type Asked = Pick<DeploymentGateInputs, 'identifier' | 'primaryTag' | 'rules'>

/** The request that starts an evaluation. */
export const evaluationRequest = (
  { service, env, version }: GateSubject,
  { identifier, primaryTag, rules }: Asked,
): DatadogRequest => ({
  operation: `evaluate the deployment gate of \`${service}\` in \`${env}\``,
  method: 'POST',
  host: 'api',
  path: PATH,
  keys: 'both',
  body: {
    data: {
      type: 'deployment_gates_evaluation_request',
      attributes: {
        service,
        env,
        ...defined({ identifier, version, primary_tag: primaryTag, configuration: rules }),
      },
    },
  },
})

/** Starts an evaluation, and gives its id. @throws DatadogError */
export async function startEvaluation(
  datadog: Datadog,
  subject: GateSubject,
  asked: Asked,
  until: number,
): Promise<string> {
  const request = evaluationRequest(subject, asked)
  const parsed = started.safeParse(await datadog.call(request, until))
  if (parsed.success) return parsed.data.data.attributes.evaluation_id
  throw unreadableAnswer(request.operation, 'it has no `evaluation_id`')
}

/** @throws DatadogError */
export async function readEvaluation(datadog: Datadog, id: string, until: number): Promise<EvaluationResult> {
  const request = {
    operation: `read the result of evaluation ${id}`,
    method: 'GET',
    host: 'api',
    path: `${PATH}/${encodeURIComponent(id.toWellFormed())}`,
    keys: 'both',
    mayLag: true,
  } as const
  const parsed = evaluated.safeParse(await datadog.call(request, until))
  if (!parsed.success) throw unreadableAnswer(request.operation, 'it has no `gate_status`')
  const { gate_status: status, dry_run: dryRun, evaluation_url: url, rules } = parsed.data.data.attributes
  return {
    status,
    dryRun: dryRun === true,
    ...(url?.startsWith('https://') ? { url } : {}),
    rules: (rules ?? []).map((rule, index) => ({
      name: rule.name ?? `rule ${index + 1}`,
      status: rule.status ?? 'unknown',
      dryRun: rule.dry_run === true,
      ...defined({ reason: rule.reason || undefined }),
    })),
  }
}

import * as z from 'zod/mini'
import { InputError } from './errors.ts'
import { parseJson, TooDeepError } from './text/json.ts'

/** How a deploy ended. Only `succeeded` makes the step succeed. */
export const VERDICTS = ['succeeded', 'rolled-back', 'failed', 'superseded', 'timed-out', 'cancelled'] as const
export type VerdictName = (typeof VERDICTS)[number]

const serviceRecord = z.object({
  cluster: z.string(),
  service: z.string(),
  verdict: z.enum(VERDICTS),
  /** Why the verdict is what it is, in a sentence. */
  reason: z.string(),
  taskDefinition: z.string(),
  previousTaskDefinition: z.optional(z.string()),
  serviceDeployment: z.optional(z.string()),
  images: z.array(z.object({ container: z.string(), image: z.string() })),
  /** `false`: nothing was rolled out, as the revision ran already or the deploy ended before its rollout. */
  started: z.optional(z.boolean()),
  /** The revision that the service runs or rolls out at the end. */
  runs: z.optional(z.string()),
  /** Version and commit of the code of `taskDefinition`, as the revision says it itself. Absent: not known. */
  version: z.optional(z.string()),
  commit: z.optional(z.string()),
  /** The same of `previousTaskDefinition`. */
  previousVersion: z.optional(z.string()),
  previousCommit: z.optional(z.string()),
})

const deployRecord = z.object({
  schema: z.literal(1),
  /** The same for every event of one deploy, and for no other deploy. */
  deployId: z.string(),
  /** `deploy` for a new revision, `rollback` for an older one. Default: `deploy`. */
  kind: z.optional(z.enum(['deploy', 'rollback'])),
  verdict: z.enum(VERDICTS),
  /** How far the deploy was followed; `none` means that its success was not waited for. */
  waitedFor: z.optional(z.enum(['none', 'started', 'healthy', 'bake'])),
  environment: z.optional(z.string()),
  account: z.optional(z.string()),
  region: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  finishedAt: z.string(),
  services: z.array(serviceRecord),
  commit: z.object({ sha: z.string(), url: z.string(), repository: z.string(), repositoryUrl: z.string() }),
  run: z.object({ url: z.string(), actor: z.string(), ref: z.string() }),
})

export type ServiceRecord = z.infer<typeof serviceRecord>

/** The output `deploy-record` of deploy-ecs. */
export type DeployRecord = z.infer<typeof deployRecord>

/** Reads a deploy record from the text of an input. @throws InputError that names the member that is wrong. */
export function parseDeployRecord(json: string, input: string): DeployRecord {
  const hint = 'Pass the output as it is: `${{ steps.deploy.outputs.deploy-record }}`.'
  let value: unknown
  try {
    value = parseJson(json, `Input \`${input}\``)
  } catch (cause) {
    throw cause instanceof TooDeepError ? cause : new InputError(input, 'is not JSON.', { hint, cause })
  }
  const parsed = deployRecord.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new InputError(input, `is not a deploy record: \`${issue?.path.join('.')}\`: ${issue?.message}.`, { hint })
}

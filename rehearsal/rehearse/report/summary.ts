// How a rehearsal ended, for people and for machines.
import type { Verdict } from '../checks/deploy-outcome.ts'
import { digestOf } from '../checks/promotion.ts'
import type { Stage } from './stages.ts'

export interface Deploy {
  readonly name: string
  readonly stages: readonly Stage[]
  readonly seconds: number
}

/** What became of prod, where the rehearsal went that far. */
export interface Prod {
  readonly verdict: Verdict
  readonly image: string
  readonly taskDefinition: string
  /** What Datadog got for it. */
  readonly event: unknown
}

/** What became of a deploy that set a monitor off, where the rehearsal had one. */
export interface Alarm {
  readonly verdict: string
  readonly taskDefinition: string
  readonly event: unknown
}

/** The verdict, image, revision and event are those of stage's second deploy. */
export interface Summary {
  readonly verdict: Verdict
  readonly image: string
  readonly taskDefinition: string
  readonly deploys: readonly Deploy[]
  readonly traffic: { readonly requests: number; readonly failed: number }
  /** What Datadog got for it. */
  readonly event: unknown
  readonly prod?: Prod | undefined
  readonly alarm?: Alarm | undefined
  readonly journal: string
  readonly problems: readonly string[]
  readonly seconds: number
}

/** The members that are promised to machines, and no others; `prod` and `alarm` only of a rehearsal that went there. */
export function machineSummary(summary: Summary) {
  const { verdict, image, taskDefinition, deploys, traffic, event, prod, alarm, journal } = summary
  const stages = deploys.flatMap((deploy) =>
    deploy.stages.map(({ name, outcome, seconds }) => ({
      name: `${deploy.name}: ${name}`,
      outcome,
      seconds: round(seconds),
    })),
  )
  const { requests, failed } = traffic
  const promised = { verdict, image, taskDefinition, stages, traffic: { requests, failed }, event, journal }
  return { ...promised, ...(prod === undefined ? {} : { prod }), ...(alarm === undefined ? {} : { alarm }) }
}

/** The summary as a person reads it. */
export function humanSummary(summary: Summary): string {
  const { verdict, image, taskDefinition, traffic, event, prod, alarm, journal, problems, seconds } = summary
  const rows: [string, string][] = [
    ['verdict', verdict],
    ['image', image || 'none'],
    ['revision', taskDefinition || 'none'],
    ['traffic', `${traffic.requests} requests during the second rollout, ${traffic.failed} failed`],
    ['event', describeEvent(event)],
    ['time', times(summary, seconds)],
    ['journal', journal],
    ...(prod === undefined ? [] : prodRows(prod, image)),
    ...(alarm === undefined ? [] : alarmRows(alarm)),
  ]
  const list = rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`.trimEnd())
  const wrong = problems.map((problem) => `  ✗ ${problem}`)
  return ['', ...stageTable(summary.deploys), '', ...list, ...(wrong.length > 0 ? ['', ...wrong] : []), ''].join('\n')
}

function prodRows({ verdict, image, taskDefinition, event }: Prod, ran: string): [string, string][] {
  const digest = digestOf(image)
  const same = digest !== '' && digest === digestOf(ran)
  return [
    ['', ''],
    ['prod', verdict],
    ['image', image || 'none'],
    ['', same ? `the very image that stage ran: ${digest}` : `NOT the image that stage ran: ${ran || 'none'}`],
    ['revision', taskDefinition || 'none'],
    ['event', describeEvent(event)],
  ]
}

function alarmRows({ verdict, taskDefinition, event }: Alarm): [string, string][] {
  return [
    ['', ''],
    ['alarm', verdict || 'none'],
    ['revision', taskDefinition || 'none'],
    ['event', describeEvent(event)],
  ]
}

function stageTable(deploys: readonly Deploy[]): string[] {
  const names = [...new Set(deploys.flatMap((deploy) => deploy.stages.map((stage) => stage.name)))]
  const head = `  ${'seconds'.padEnd(14)}${deploys.map((deploy) => deploy.name.padStart(14)).join('')}`
  const cells = (name: string) =>
    deploys.map((deploy) => {
      const stage = deploy.stages.find((candidate) => candidate.name === name)
      const text = stage === undefined ? '' : stage.outcome === 'success' ? fixed(stage.seconds) : stage.outcome
      return text.padStart(14)
    })
  return [
    head,
    ...names.map((name) => `  ${name.padEnd(14)}${cells(name).join('')}`),
    `  ${'together'.padEnd(14)}${deploys.map((deploy) => fixed(deploy.seconds).padStart(14)).join('')}`,
  ]
}

function times(summary: Summary, seconds: number): string {
  const terraform = summary.deploys
    .flatMap((deploy) => deploy.stages)
    .filter((stage) => stage.name === 'terraform')
    .reduce((sum, stage) => sum + stage.seconds, 0)
  return `${fixed(seconds)} s in all, ${fixed(terraform)} s of it Terraform's`
}

function describeEvent(event: unknown): string {
  const title = (event as { title?: unknown } | null)?.title
  return event === null ? 'none' : typeof title === 'string' ? title : JSON.stringify(event)
}

const fixed = (seconds: number) => seconds.toFixed(1)
const round = (seconds: number) => Math.round(seconds * 1000) / 1000

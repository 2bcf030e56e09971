// The summary of a rehearsal, as text and as JSON.
import type { Verdict } from '../checks/deploy-outcome.ts'
import { digestOf } from '../checks/promotion.ts'
import type { Stage } from './stages.ts'

export interface DeploySummary {
  readonly name: string
  readonly stages: readonly Stage[]
  readonly seconds: number
}

/** The deploy to prod. */
export interface ProdSummary {
  readonly verdict: Verdict
  readonly image: string
  readonly taskDefinition: string
  /** The event in the simulated Datadog. */
  readonly event: unknown
}

/** The deploy that triggered a monitor. */
export interface AlarmSummary {
  readonly verdict: string
  readonly taskDefinition: string
  readonly event: unknown
}

/** Verdict, image, revision and event are those of the second deploy to stage. */
export interface Summary {
  readonly verdict: Verdict
  readonly image: string
  readonly taskDefinition: string
  readonly deploys: readonly DeploySummary[]
  readonly traffic: { readonly requests: number; readonly failed: number }
  /** The event in the simulated Datadog. */
  readonly event: unknown
  readonly prod?: ProdSummary | undefined
  readonly alarm?: AlarmSummary | undefined
  readonly journal: string
  readonly problems: readonly string[]
  readonly seconds: number
}

/** The documented members for `--json`. `prod` and `alarm` are there only when those deploys ran. */
export function jsonSummary(summary: Summary) {
  const { verdict, image, taskDefinition, deploys, traffic, event, prod, alarm, journal } = summary
  const stages = deploys.flatMap((deploy) =>
    deploy.stages.map(({ name, outcome, seconds }) => ({
      name: `${deploy.name}: ${name}`,
      outcome,
      seconds: round(seconds),
    })),
  )
  const { requests, failed } = traffic
  const members = { verdict, image, taskDefinition, stages, traffic: { requests, failed }, event, journal }
  return { ...members, ...(prod === undefined ? {} : { prod }), ...(alarm === undefined ? {} : { alarm }) }
}

/** The summary as text. */
export function textSummary(summary: Summary): string {
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

function prodRows({ verdict, image, taskDefinition, event }: ProdSummary, ran: string): [string, string][] {
  const digest = digestOf(image)
  const same = digest !== '' && digest === digestOf(ran)
  return [
    ['', ''],
    ['prod', verdict],
    ['image', image || 'none'],
    ['', same ? `the same image as stage: ${digest}` : `NOT the image of stage: ${ran || 'none'}`],
    ['revision', taskDefinition || 'none'],
    ['event', describeEvent(event)],
  ]
}

function alarmRows({ verdict, taskDefinition, event }: AlarmSummary): [string, string][] {
  return [
    ['', ''],
    ['alarm', verdict || 'none'],
    ['deployed', taskDefinition || 'none'],
    ['event', describeEvent(event)],
  ]
}

function stageTable(deploys: readonly DeploySummary[]): string[] {
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
    `  ${'total'.padEnd(14)}${deploys.map((deploy) => fixed(deploy.seconds).padStart(14)).join('')}`,
  ]
}

function times(summary: Summary, seconds: number): string {
  const terraform = summary.deploys
    .flatMap((deploy) => deploy.stages)
    .filter((stage) => stage.name === 'terraform')
    .reduce((sum, stage) => sum + stage.seconds, 0)
  return `${fixed(seconds)} s in total, ${fixed(terraform)} s of it in Terraform`
}

function describeEvent(event: unknown): string {
  const title = (event as { title?: unknown } | null)?.title
  return event === null ? 'none' : typeof title === 'string' ? title : JSON.stringify(event)
}

const fixed = (seconds: number) => seconds.toFixed(1)
const round = (seconds: number) => Math.round(seconds * 1000) / 1000

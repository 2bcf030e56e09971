// SIGKILL and cancels of the step at random moments of an apply, with a real Terraform. It creates objects in the rehearsal cloud, so
// that the bucket and the cloud's journal can be compared with the state.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { StartedCommand } from '../../../actions/terraform-apply/src/terraform/left-running.ts'
import { announcedProcess } from '../../../actions/terraform-apply/src/terraform/process-identity.ts'
import type { CloudOptions } from '../../../rehearsal/cloud/cloud.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import type { Step } from '../run-action.ts'
import { type Infrastructure, OBJECT_BUCKET, OBJECTS } from './kill-infrastructure.ts'
import { Stack, type StateStore } from './terraform-stack.ts'

/** A cloud in which writing an object takes as long as creating a real resource might. */
export const cloudOf = ({ writeMs }: Infrastructure): CloudOptions => ({
  intercept: ({ action, request }) =>
    action === 'PutObject' && request.url.pathname.startsWith(`/${OBJECT_BUCKET}/`) ? { delay: writeMs } : undefined,
})

export interface Soak {
  readonly store: StateStore
  /** The bundle or the source of the action. */
  readonly entry: string
  readonly infrastructure: Infrastructure
  /** Whether the step is cancelled first, as the runner does. */
  readonly cancel?: boolean
}

/** When to kill: milliseconds after the start of the step, or of its apply (the default). */
export interface Moment {
  readonly after?: 'start' | 'apply'
  readonly moment: number
}

/** The outcome of one kill. */
export interface Kill {
  /** Whether the step was killed during its apply, so that Terraform was left running. */
  readonly hit: boolean
  /** The moment as a part of the time from the start of the apply to the release of its lock, from 0 to 1. */
  readonly at: number
  /** The length of that time, in milliseconds. */
  readonly apply: number
  /** The number of objects at that moment. */
  readonly made: number
  /** The number of objects after the end of Terraform. */
  readonly left: number
}

/** Applies a stack, kills the step, runs the post step, compares, and applies again. @throws when anything is lost. */
export async function killOnce(
  { store, entry, infrastructure, cancel = false }: Soak,
  round: string,
  { after = 'apply', moment }: Moment,
): Promise<Kill> {
  const stack = new Stack(store, entry, round, { 'main.tf': infrastructure.main(round) })
  try {
    const step = stack.start({})
    if (after === 'apply') await applying(step)
    const began = Date.now()
    await delay(moment)
    const killed = Date.now()
    if (cancel) await cancelled(step)
    step.child.kill('SIGKILL')
    const made = (await objects(store, round)).size
    const { state, killedBy } = await step.ended
    const hit = killedBy === 'SIGKILL' && leftApplying(state['running'])
    const post = await stack.run({}, { phase: 'post', state })
    must(post.code === 0, 'the post step succeeds', post.log)

    const ended = hit ? released(stack, store) : killed
    if (hit) await mustAgree(stack, store, infrastructure, round)
    const left = (await objects(store, round)).size
    const before = await serial(stack, store)
    const next = await stack.run({})
    must(next.code === 0, 'the next run succeeds', next.log)
    if (hit && !cancel) {
      must(next.outputs['has-changes'] === 'false', 'the next run has nothing left to do', next.log)
      must((await serial(stack, store)) === before, 'the next run leaves the state as it is', next.log)
    }
    await mustAgree(stack, store, infrastructure, round)
    must((await objects(store, round)).size === OBJECTS, 'every object exists in the end', next.log)
    mustBeWrittenOnce(store, round)
    return { hit, at: (killed - began) / Math.max(1, ended - began), apply: ended - began, made, left }
  } finally {
    stack.remove()
  }
}

/** Cancels a step as the runner does, and waits until it has reacted. */
async function cancelled(step: Step): Promise<void> {
  step.child.kill('SIGINT')
  while (!step.log().includes('Cancelled: ') && step.child.exitCode === null) await delay(5)
  step.child.kill('SIGTERM')
}

/** The duration of a step and its apply without a kill, in milliseconds. */
export interface Undisturbed {
  readonly step: number
  readonly apply: number
}

/** Measures these durations, with `lanes` steps in parallel. */
export async function undisturbed(soak: Soak, lanes = 1): Promise<Undisturbed> {
  await soak.store.s3.send(new CreateBucketCommand({ Bucket: OBJECT_BUCKET }))
  const names = Array.from({ length: lanes }, (_, lane) => `undisturbed-${lane}`)
  const all = await inParallel(names, lanes, (name) => applyOnce(soak, name))
  return { step: mean(all.map(({ step }) => step)), apply: mean(all.map(({ apply }) => apply)) }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length

async function applyOnce({ store, entry, infrastructure }: Soak, name: string): Promise<Undisturbed> {
  const stack = new Stack(store, entry, name, { 'main.tf': infrastructure.main(name) })
  try {
    const started = performance.now()
    const step = stack.start({})
    await applying(step)
    const began = performance.now()
    const { code, log } = await step.ended
    must(code === 0, 'an apply without a kill succeeds', log)
    const ended = performance.now()
    return { step: ended - started, apply: ended - began }
  } finally {
    stack.remove()
  }
}

export interface Series {
  /** The number of kills that have to hit a running Terraform. */
  readonly hits: number
  /** The number of stacks that are applied in parallel. */
  readonly lanes: number
  /** The number of equal parts of an apply, each of which has to be hit. */
  readonly parts?: number
  readonly random: () => number
  /** Called after each kill. */
  readonly onKill?: (kill: Kill, hits: number) => void
}

/** Kills at random moments of each part of an apply until `hits` have hit. @throws when anything is lost. */
export async function killSeries(
  soak: Soak,
  { hits, lanes, parts = 1, random, onKill }: Series,
): Promise<readonly Kill[]> {
  // The duration of the last apply, as the speed of a machine varies.
  let { apply } = await undisturbed(soak, lanes)
  const kills: Kill[] = []
  const missed = new Set(Array.from({ length: parts }, (_, part) => part))
  let begun = 0
  let hit = 0
  let lost = false
  const lane = async () => {
    while ((hit < hits || missed.size > 0) && !lost) {
      const number = begun++
      const part = [...missed][number % Math.max(1, missed.size)] ?? number % parts
      const moment = ((part + random()) / parts) * apply
      const kill = await killOnce(soak, `kill-${number}`, { moment }).catch((error) => {
        lost = true
        throw error
      })
      kills.push(kill)
      if (kill.hit) {
        hit++
        // A cancelled apply ends early.
        if (!soak.cancel) apply = kill.apply
        missed.delete(Math.min(parts - 1, Math.floor(kill.at * parts)))
      }
      onKill?.(kill, hit)
    }
  }
  await inParallel(Array.from({ length: lanes }), lanes, lane)
  return kills
}

async function applying(step: Step): Promise<void> {
  while (!step.log().includes('::group::Terraform apply') && step.child.exitCode === null) await delay(5)
}

/** Whether an apply was left running. */
function leftApplying(noted = ''): boolean {
  if (noted === '') return false
  const { command, link } = JSON.parse(noted) as StartedCommand
  return command.endsWith(' apply') && announcedProcess(link) !== undefined
}

/** State and cloud have the same objects with the same content, the lock is released, and there is no errored state. */
async function mustAgree(
  stack: Stack,
  store: StateStore,
  infrastructure: Infrastructure,
  round: string,
): Promise<void> {
  const [there, said] = [await objects(store, round), await inState(stack, store, infrastructure)]
  must(
    JSON.stringify([...there].sort()) === JSON.stringify([...said].sort()),
    'the state is what the cloud has',
    JSON.stringify({ there: [...there], said: [...said] }),
  )
  const left = (await store.keys(`${round}/`)).filter((key) => /\.tflock$|\.errored/.test(key))
  must(left.length === 0, 'the lock is released', left.join())
  must(!existsSync(`${stack.directory}/errored.tfstate`), 'no errored state is left on the machine', stack.directory)
}

/** Checks the journal, which shows repeated writes. */
function mustBeWrittenOnce(store: StateStore, round: string): void {
  const writes = store.cloud.journal
    .entries('api')
    .filter(({ action, request }) => action === 'PutObject' && JSON.stringify(request ?? '').includes(`${round}/link`))
  must(writes.length === OBJECTS, 'each object is written once', JSON.stringify(writes))
}

/** The time at which the lock of the state was released last. */
const released = (stack: Stack, store: StateStore): number =>
  store.cloud.journal
    .entries('api')
    .findLast(({ action, request }) => action === 'DeleteObject' && JSON.stringify(request).includes(stack.key))
    ?.wall ?? 0

/** The objects in the bucket: key and MD5. */
async function objects(store: StateStore, round: string): Promise<ReadonlyMap<string, string>> {
  const { Contents = [] } = await store.s3.send(
    new ListObjectsV2Command({ Bucket: OBJECT_BUCKET, Prefix: `${round}/` }),
  )
  return new Map(Contents.map(({ Key = '', ETag = '' }) => [Key, ETag.replaceAll('"', '')]))
}

async function inState(
  stack: Stack,
  store: StateStore,
  infrastructure: Infrastructure,
): Promise<ReadonlyMap<string, string>> {
  if (!(await store.keys(stack.key)).includes(stack.key)) return new Map()
  const { resources } = await stack.state()
  const instances = resources.flatMap(({ instances }) => instances as { attributes: Record<string, unknown> }[])
  return new Map(
    instances.map(({ attributes }) => {
      const { key, content } = infrastructure.said(attributes)
      return [key, createHash('md5').update(content).digest('hex')]
    }),
  )
}

const serial = async (stack: Stack, store: StateStore): Promise<number> =>
  (await store.keys(stack.key)).includes(stack.key) ? (await stack.state()).serial : 0

function must(holds: boolean, what: string, seen: string): void {
  if (!holds) throw new Error(`It does not hold that ${what}:\n${seen}`)
}

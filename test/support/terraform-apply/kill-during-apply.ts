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

/** What the kills of a series have in common. */
export interface KillSetup {
  /** The cloud with the states and the objects. */
  readonly store: StateStore
  /** The bundle or the source of the action. */
  readonly entry: string
  readonly infrastructure: Infrastructure
  /** Whether the step is cancelled first, as the runner does. */
  readonly cancel?: boolean
}

/** When to kill: so long after the start of the step, or of its apply (the default). */
export interface KillTime {
  readonly after?: 'start' | 'apply'
  readonly delayMs: number
}

/** The outcome of one kill. */
export interface Kill {
  /** Whether the step was killed during its apply, so that Terraform was left running. */
  readonly hit: boolean
  /** When, as a part of the time from the start of the apply to the release of its lock: from 0 to 1. */
  readonly progress: number
  /** The length of that time, in milliseconds. */
  readonly applyMs: number
  /** The number of objects at the kill. */
  readonly objectsAtKill: number
  /** The number of objects after the end of Terraform. */
  readonly objectsAfter: number
}

/** Applies a stack, kills the step, runs the post step, compares, and applies again. @throws when anything is lost. */
export async function killOnce(
  { store, entry, infrastructure, cancel = false }: KillSetup,
  round: string,
  { after = 'apply', delayMs }: KillTime,
): Promise<Kill> {
  const stack = new Stack(store, entry, round, { 'main.tf': infrastructure.main(round) })
  try {
    const step = stack.start({})
    if (after === 'apply') await applyStarted(step)
    const began = Date.now()
    await delay(delayMs)
    const killed = Date.now()
    if (cancel) await cancelStep(step)
    step.child.kill('SIGKILL')
    const objectsAtKill = (await objectsInCloud(store, round)).size
    const { state, killedBy } = await step.ended
    const hit = killedBy === 'SIGKILL' && isApplyLeft(state['running'])
    const post = await stack.run({}, { phase: 'post', state })
    check(post.code === 0, 'the post step succeeds', post.log)

    const ended = hit ? lockReleasedAt(stack, store) : killed
    if (hit) await checkStateEqualsCloud(stack, store, infrastructure, round)
    const objectsAfter = (await objectsInCloud(store, round)).size
    const before = await serial(stack, store)
    if (infrastructure.provider) await stack.attachProvider()
    const next = await stack.run({})
    check(next.code === 0, 'the next run succeeds', next.log)
    if (hit && !cancel) {
      check(next.outputs['has-changes'] === 'false', 'the next run has nothing left to do', next.log)
      check((await serial(stack, store)) === before, 'the next run leaves the state as it is', next.log)
    }
    await checkStateEqualsCloud(stack, store, infrastructure, round)
    check((await objectsInCloud(store, round)).size === OBJECTS, 'every object exists in the end', next.log)
    checkWrittenOnce(store, round)
    const applyMs = ended - began
    return { hit, progress: (killed - began) / Math.max(1, applyMs), applyMs, objectsAtKill, objectsAfter }
  } finally {
    stack.remove()
  }
}

/** Cancels a step as the runner does, and waits until it has reacted. */
async function cancelStep(step: Step): Promise<void> {
  step.child.kill('SIGINT')
  while (!step.log().includes('Cancelled: ') && step.child.exitCode === null) await delay(5)
  step.child.kill('SIGTERM')
}

/** The duration of a step and its apply without a kill. */
export interface Durations {
  readonly stepMs: number
  readonly applyMs: number
}

/** Measures these durations, with so many steps in parallel. */
export async function measureApply(setup: KillSetup, parallel = 1): Promise<Durations> {
  await setup.store.s3.send(new CreateBucketCommand({ Bucket: OBJECT_BUCKET }))
  const names = Array.from({ length: parallel }, (_, index) => `measured-${index}`)
  const all = await inParallel(names, parallel, (name) => applyOnce(setup, name))
  return { stepMs: mean(all.map(({ stepMs }) => stepMs)), applyMs: mean(all.map(({ applyMs }) => applyMs)) }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length

async function applyOnce({ store, entry, infrastructure }: KillSetup, name: string): Promise<Durations> {
  const stack = new Stack(store, entry, name, { 'main.tf': infrastructure.main(name) })
  try {
    const started = performance.now()
    const step = stack.start({})
    await applyStarted(step)
    const began = performance.now()
    const { code, log } = await step.ended
    check(code === 0, 'an apply without a kill succeeds', log)
    const ended = performance.now()
    return { stepMs: ended - started, applyMs: ended - began }
  } finally {
    stack.remove()
  }
}

export interface KillSeries {
  /** The number of kills that have to hit a running Terraform. */
  readonly hits: number
  /** The number of stacks that are applied at the same time. */
  readonly parallel: number
  /** The number of equal parts of an apply, each of which has to be hit. */
  readonly parts?: number
  readonly random: () => number
  /** Called after each kill. */
  readonly onKill?: (kill: Kill, hits: number) => void
}

/** Kills at random moments of each part of an apply until `hits` have hit. @throws when anything is lost. */
export async function killSeries(
  setup: KillSetup,
  { hits, parallel, parts = 1, random, onKill }: KillSeries,
): Promise<readonly Kill[]> {
  // The duration of the last apply, as the speed of a machine varies.
  let { applyMs } = await measureApply(setup, parallel)
  const kills: Kill[] = []
  const missed = new Set(Array.from({ length: parts }, (_, part) => part))
  let begun = 0
  let hit = 0
  let lost = false
  const killUntilDone = async () => {
    while ((hit < hits || missed.size > 0) && !lost) {
      const number = begun++
      const part = [...missed][number % Math.max(1, missed.size)] ?? number % parts
      const delayMs = ((part + random()) / parts) * applyMs
      const kill = await killOnce(setup, `kill-${number}`, { delayMs }).catch((error) => {
        lost = true
        throw error
      })
      kills.push(kill)
      if (kill.hit) {
        hit++
        // A cancelled apply ends early.
        if (!setup.cancel) applyMs = kill.applyMs
        missed.delete(Math.min(parts - 1, Math.floor(kill.progress * parts)))
      }
      onKill?.(kill, hit)
    }
  }
  await inParallel(Array.from({ length: parallel }), parallel, killUntilDone)
  return kills
}

async function applyStarted(step: Step): Promise<void> {
  while (!step.log().includes('::group::Terraform apply') && step.child.exitCode === null) await delay(5)
}

/** Whether an apply was left running, from the state that main saved for post. */
function isApplyLeft(saved = ''): boolean {
  if (saved === '') return false
  const { command, link } = JSON.parse(saved) as StartedCommand
  return command.endsWith(' apply') && announcedProcess(link) !== undefined
}

/** State and cloud have the same objects with the same content, the lock is released, and there is no errored state. */
async function checkStateEqualsCloud(
  stack: Stack,
  store: StateStore,
  infrastructure: Infrastructure,
  round: string,
): Promise<void> {
  const inCloud = await objectsInCloud(store, round)
  const inState = await objectsInState(stack, store, infrastructure)
  check(
    JSON.stringify([...inCloud].sort()) === JSON.stringify([...inState].sort()),
    'the state is what the cloud has',
    JSON.stringify({ inCloud: [...inCloud], inState: [...inState] }),
  )
  const left = (await store.keys(`${round}/`)).filter((key) => /\.tflock$|\.errored/.test(key))
  check(left.length === 0, 'the lock is released', left.join())
  check(!existsSync(`${stack.directory}/errored.tfstate`), 'no errored state is left on the machine', stack.directory)
}

/** Checks the journal, which shows repeated writes. */
function checkWrittenOnce(store: StateStore, round: string): void {
  const writes = store.cloud.journal
    .entries('api')
    .filter(({ action, request }) => action === 'PutObject' && JSON.stringify(request ?? '').includes(`${round}/link`))
  check(writes.length === OBJECTS, 'each object is written once', JSON.stringify(writes))
}

/** The time at which the lock of the state was released last. */
const lockReleasedAt = (stack: Stack, store: StateStore): number =>
  store.cloud.journal
    .entries('api')
    .findLast(({ action, request }) => action === 'DeleteObject' && JSON.stringify(request).includes(stack.key))
    ?.wall ?? 0

/** The objects in the bucket: key and MD5. */
async function objectsInCloud(store: StateStore, round: string): Promise<ReadonlyMap<string, string>> {
  const { Contents = [] } = await store.s3.send(
    new ListObjectsV2Command({ Bucket: OBJECT_BUCKET, Prefix: `${round}/` }),
  )
  return new Map(Contents.map(({ Key = '', ETag = '' }) => [Key, ETag.replaceAll('"', '')]))
}

/** The objects in the state: key and MD5. */
async function objectsInState(
  stack: Stack,
  store: StateStore,
  infrastructure: Infrastructure,
): Promise<ReadonlyMap<string, string>> {
  if (!(await store.keys(stack.key)).includes(stack.key)) return new Map()
  const { resources } = await stack.state()
  const instances = resources.flatMap(({ instances }) => instances as { attributes: Record<string, unknown> }[])
  return new Map(
    instances.map(({ attributes }) => {
      const { key, content } = infrastructure.objectOf(attributes)
      return [key, createHash('md5').update(content).digest('hex')]
    }),
  )
}

const serial = async (stack: Stack, store: StateStore): Promise<number> =>
  (await store.keys(stack.key)).includes(stack.key) ? (await stack.state()).serial : 0

function check(holds: boolean, claim: string, evidence: string): void {
  if (!holds) throw new Error(`Not true: ${claim}.\n${evidence}`)
}

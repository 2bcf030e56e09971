import { describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import type { Datadog } from '../api/client.ts'
import { DatadogError } from '../api/datadog-error.ts'
import { showRequest } from '../api/show-request.ts'
import type { Site } from '../api/site.ts'
import type { BaselineInputs, GateInputs, WatchInputs } from '../inputs/gate-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { writeBaseline } from '../monitors/baseline.ts'
import { adviceFor, type Gap, noMatch } from '../monitors/coverage.ts'
import { hasBadReplacedGroup } from '../monitors/replaced-group.ts'
import { monitorsRequest, type Snapshot, takeSnapshot } from '../monitors/snapshot.ts'
import { namesWanted, type WorseGroup } from '../monitors/worse-group.ts'
import { gateSummary, monitorUrl } from './gate-summary.ts'
import { named, warningsOf } from './warnings.ts'
import { type Watched, watch } from './watch.ts'

/** `command: baseline`. Records the state of the monitors before a deploy. */
export async function takeBaseline(
  inputs: CommonInputs & BaselineInputs,
  datadog: Datadog,
  world: World,
): Promise<void> {
  const { clock, env, log, step } = world
  if (inputs.dryRun) return showRequests(inputs, datadog, world)
  const takenAt = clock.now()
  let snapshot: Snapshot | undefined
  let readError: DatadogError | undefined
  try {
    snapshot = await takeSnapshot(datadog, inputs.queries, {
      now: takenAt,
      since: takenAt,
      until: takenAt + inputs.timeoutMs,
      keepNames: hasBadReplacedGroup,
    })
  } catch (error) {
    if (!(error instanceof DatadogError)) throw error
    readError = error
  }
  // Without the monitors it is still of use: Datadog says when each alert began.
  const baseline = { takenAt, monitors: snapshot?.monitors }
  step.output('baseline', writeBaseline(baseline, inputs.queries, env, String(takenAt)))
  if (snapshot !== undefined)
    log.info(`Recorded the state of ${counted(snapshot.monitors.length, 'monitor')} before the deploy.`)
  readError ??= snapshot?.results.find(({ error }) => error !== undefined)?.error
  if (readError !== undefined) failOrWarn(readError, inputs.onError, world)
  const empty = snapshot?.results.filter(({ monitors, error }) => error === undefined && monitors.length === 0) ?? []
  if (empty.length > 0) {
    const gaps = empty.map(({ query }) => ({ query, reason: noMatch(query) }))
    failOrWarn(noMonitors(gaps.map(({ reason }) => reason).join(' '), gaps), inputs.onNoMonitors, world)
  }
}

/** `command: gate`. Watches the monitors after a deploy, and fails the step when one got worse. */
export async function gate(inputs: CommonInputs & GateInputs, datadog: Datadog, world: World): Promise<void> {
  const { step, log } = world
  if (inputs.dryRun) return showRequests(inputs, datadog, world)
  const { baseline, queries, site } = inputs
  const wanted = namesWanted(baseline)
  const keepNames = (id: number) => wanted.has(id)
  const look = (now: number, until: number) =>
    takeSnapshot(datadog, queries, { now, until, since: baseline.takenAt, keepNames })
  const watched = await watch(inputs, look, world)

  const { result, progress } = watched
  step.output('verdict', result.verdict)
  step.output('reason', result.reason)
  step.output('triggered-monitors', triggered(progress.worseGroups, site))
  const warnings = warningsOf(watched, inputs)
  step.summary(gateSummary(watched, inputs, warnings))
  const drafts = watched.last?.monitors.filter(({ draft }) => draft).map(({ name }) => name) ?? []
  if (drafts.length > 0) {
    const are = drafts.length === 1 ? 'is' : 'are'
    log.info(`${counted(drafts.length, 'draft')} ${are} not judged: ${named(drafts)}`)
  }
  log.info(`Verdict: ${result.verdict}. ${result.reason}`)
  for (const warning of warnings) log.warning(warning, { title: 'Datadog' })
  if (result.verdict !== 'pass') failOrWarn(gateError(watched), severityOf(watched, inputs), world)
}

function gateError({ result, progress }: Watched): SlipwayError {
  switch (result.unknownBecause) {
    case 'no-monitors':
      return noMonitors(result.reason, progress.gaps)
    case 'read-error':
      return new SlipwayError(`The monitor gate could not decide: ${result.reason}`, {
        hint: progress.readError instanceof SlipwayError ? (progress.readError.hint ?? '') : 'Run the step again.',
        cause: progress.readError,
      })
    case 'held':
      return new SlipwayError(`The monitor gate could not decide: ${result.reason}`, {
        hint: 'Look at these monitors in Datadog, and roll back if they are bad because of the deploy.',
        cause: progress.readError,
      })
    default:
      return new SlipwayError(`The monitor gate failed the deploy: ${result.reason}`, {
        hint: "See the monitors in the job summary. A later step can roll back: deploy-ecs with `command: rollback`, `if: failure() && steps.<id>.outputs.verdict == 'fail'`.",
      })
  }
}

const noMonitors = (reason: string, gaps: readonly Gap[]) =>
  new SlipwayError(`The monitor gate lacks monitors to judge. ${reason}`, { hint: adviceFor(gaps) })

function severityOf({ result }: Watched, { onError, onNoMonitors }: CommonInputs & WatchInputs): 'warn' | 'fail' {
  if (result.unknownBecause === 'read-error') return onError
  return result.unknownBecause === 'no-monitors' ? onNoMonitors : 'fail'
}

function failOrWarn(error: SlipwayError, severity: 'warn' | 'fail', { log }: World): void {
  if (severity === 'fail') throw error
  log.warning(describeError(error), { title: 'Datadog' })
}

function showRequests({ queries }: WatchInputs, datadog: Datadog, { log }: World): void {
  log.info('dry-run: nothing was requested. These are the requests, one for each page:')
  for (const query of queries) log.info(`\n${showRequest(datadog.prepare(monitorsRequest(query, 0)))}`)
}

/** Outputs are limited in size; the summary and the counts have the rest. */
const MONITORS_LISTED = 100
const GROUPS_LISTED = 20

/** The monitors that got worse, as later steps can use them. Those that are only shown as they are muted, of another priority or as before are left out. */
function triggered(worseGroups: readonly WorseGroup[], site: Site): readonly object[] {
  const byMonitor = Map.groupBy(
    worseGroups.filter(({ ignoredAs }) => ignoredAs === undefined),
    ({ monitor }) => monitor.id,
  )
  return [...byMonitor].slice(0, MONITORS_LISTED).map(([id, found]) => ({
    id,
    name: found[0]?.monitor.name,
    url: monitorUrl(id, site),
    groups: found.slice(0, GROUPS_LISTED).map(({ group, state, before }) => ({ group, state, before })),
    groupCount: found.length,
  }))
}

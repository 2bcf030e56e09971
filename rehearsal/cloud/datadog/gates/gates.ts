import type { Members, Request } from '../../kernel/call.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Journal } from '../../kernel/journal.ts'
import { DatadogError, json, type RecordedAnswer } from '../http/answers.ts'
import { attributesOf, objectOf, textOf } from '../http/attributes.ts'
import { readBody } from '../http/body.ts'
import { uuidOf } from '../http/ids.ts'
import type { Monitors } from '../monitors/monitors.ts'
import { Evaluation, type FaultyDeployment, type Subject } from './evaluation.ts'
import { type Rule, readConfiguration, type Verdict } from './rule.ts'

/** A gate that is set up in Datadog. */
export interface Gate {
  readonly service: string
  readonly env: string
  readonly identifier: string
  readonly dryRun: boolean
  readonly rules: readonly Rule[]
}

/** What a scenario sets up. */
export interface GatesSetup {
  readonly gates: readonly Gate[]
  readonly faulty: readonly FaultyDeployment[]
  /** Milliseconds for which a new evaluation is not found yet. */
  readonly lag: number
}

/** Deployment gates and their evaluations. */
export class Gates {
  readonly #clock: Clock
  readonly #journal: Journal
  readonly #monitors: Monitors
  readonly #evaluations = new Map<string, Evaluation>()
  #setup: GatesSetup = { gates: [], faulty: [], lag: 0 }

  constructor(clock: Clock, journal: Journal, monitors: Monitors) {
    this.#clock = clock
    this.#journal = journal
    this.#monitors = monitors
  }

  /** Replaces all gates. */
  replace(setup: GatesSetup): void {
    this.#setup = setup
  }

  /** `POST /api/v2/deployments/gates/evaluation` */
  trigger(request: Request): RecordedAnswer {
    const attributes = attributesOf(readBody(request))
    const subject: Subject = {
      service: textOf(attributes, 'service') ?? '',
      env: textOf(attributes, 'env') ?? '',
      version: textOf(attributes, 'version'),
    }
    const identifier = textOf(attributes, 'identifier') ?? 'default'
    const gate =
      attributes['configuration'] === undefined
        ? this.#gateOf(subject, identifier)
        : readConfiguration(objectOf(attributes, 'configuration'))
    const id = uuidOf(`evaluation ${this.#evaluations.size}`)
    const gateId = uuidOf(`gate ${subject.service} ${subject.env} ${identifier}`)
    const world = { clock: this.#clock, monitors: this.#monitors, faulty: this.#setup.faulty }
    const evaluation = new Evaluation({ id, gateId, subject, dryRun: gate.dryRun }, gate.rules, world, (ended) =>
      this.#journal.write({ type: 'gate', evaluation: id, ...subject, status: ended.status, rules: ended.rules() }),
    )
    this.#evaluations.set(id, evaluation)
    const data = { id, type: 'deployment_gates_evaluation_response', attributes: { evaluation_id: id } }
    return { answer: json(202, { data }), record: { evaluation: { id, identifier, ...subject } } }
  }

  /** `GET /api/v2/deployments/gates/evaluation/{id}` */
  result(id: string): RecordedAnswer {
    if (!UUID.test(id)) throw new DatadogError(400, 'attribute "id" Invalid id')
    const evaluation = this.#evaluations.get(id)
    if (evaluation === undefined || this.#clock.now() < evaluation.begun + this.#setup.lag) {
      throw new DatadogError(404, `gate evaluation with id ${id} not found`)
    }
    const data = { id, type: 'deployment_gates_evaluation_result_response', attributes: write(evaluation) }
    return { answer: json(200, { data }), record: { evaluation: { id, status: evaluation.status } } }
  }

  /** Decides the rules of an evaluation, or of the last one that is in progress, for the control API. */
  decide(status: Verdict, { id, rule, reason }: { id?: string; rule?: string; reason?: string }): object {
    const evaluation = [...this.#evaluations.values()].findLast((one) =>
      id === undefined ? one.status === 'in_progress' : one.id === id,
    )
    if (evaluation === undefined) throw new DatadogError(404, 'There is no such evaluation, or none in progress')
    return { evaluation: evaluation.id, decided: evaluation.decide(status, reason, rule) }
  }

  /** All evaluations, for the control API. */
  all(): readonly Members[] {
    return [...this.#evaluations.values()].map((one) => ({ id: one.id, ...one.subject, ...write(one) }))
  }

  #gateOf({ service, env }: Subject, identifier: string): Gate {
    const found = this.#setup.gates.find(
      (gate) => gate.service === service && gate.env === env && gate.identifier === identifier,
    )
    if (found !== undefined) return found
    throw new DatadogError(404, `no gate found for service ${service}, env ${env}, and identifier ${identifier}`)
  }
}

const write = (evaluation: Evaluation) => ({
  dry_run: evaluation.dryRun,
  evaluation_id: evaluation.id,
  evaluation_url: `https://app.datadoghq.com/ci/deployment-gates/evaluations?query=level%3Agate+%40evaluation_id%3A${evaluation.id}`,
  gate_id: evaluation.gateId,
  gate_status: evaluation.status,
  rules: evaluation.rules(),
})

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

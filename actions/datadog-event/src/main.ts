import { openExchange } from '../../../toolkit/http/exchange.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { Datadog } from './api/client.ts'
import { deploymentGate } from './deployment-gate/deployment-gate.ts'
import { gate, takeBaseline } from './gate/gate.ts'
import { readInputs } from './inputs/inputs.ts'
import { sendMessages } from './send/send.ts'

/** Reads what to do, then does it. Keys are masked before anything else happens. */
export async function main(world: World): Promise<void> {
  const { env, clock, log, signal } = world
  const inputs = readInputs(env, log, clock.now())
  const datadog = new Datadog({ site: inputs.site, keys: inputs.keys, clock, log, signal, send: openExchange(env) })
  switch (inputs.command) {
    case 'event':
      return await sendMessages(inputs, datadog, world)
    case 'baseline':
      return await takeBaseline(inputs, datadog, world)
    case 'gate':
      return await gate(inputs, datadog, world)
    case 'deployment-gate':
      return await deploymentGate(inputs, datadog, world)
  }
}

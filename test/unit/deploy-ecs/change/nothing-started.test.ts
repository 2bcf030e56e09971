import { nothingStarted } from '../../../../actions/deploy-ecs/src/change/nothing-started.ts'
import { settingsChanged } from '../../../../actions/deploy-ecs/src/change/settings.ts'
import type { ServiceChanges } from '../../../../actions/deploy-ecs/src/inputs/inputs.ts'
import { observedService } from '../../../../actions/deploy-ecs/src/observe/model.ts'

function noteOn(changes: ServiceChanges, before = 2) {
  const settings = settingsChanged({ desiredCount: before }, changes)
  const service = observedService({ desiredCount: changes.desiredCount ?? before })
  return nothingStarted({ service, ...(settings === undefined ? {} : { settings }) }, 'prod/web', 'web:1')
}

const NOTICE = {
  level: 'notice',
  text: 'No deployment was started: service `prod/web` runs web:1 already. To start new tasks of it, set `force-new-deployment: true`.',
}
const CHANGED = { level: 'info', text: 'Changed the settings of service `prod/web`. Its revision stays web:1.' }
const ZERO = { level: 'info', text: 'Service `prod/web` has web:1 already, with a desired count of 0.' }

test.each<[string, ServiceChanges, number, object]>([
  ['no settings', {}, 2, NOTICE],
  ['the desired count that the service has', { desiredCount: 2 }, 2, NOTICE],
  ['a higher desired count', { desiredCount: 3 }, 2, CHANGED],
  ['a desired count of 0', { desiredCount: 0 }, 2, CHANGED],
  ['a circuit breaker', { circuitBreaker: 'rollback' }, 2, CHANGED],
  ['no settings, of a service with a desired count of 0', {}, 0, ZERO],
])('says what an update with %s has done', (_, changes, before, expected) => {
  expect(noteOn(changes, before)).toEqual(expected)
})

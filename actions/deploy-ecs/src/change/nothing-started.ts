import { changesSettings } from './settings.ts'
import type { StartedRollout } from './start-rollout.ts'

/** What an update that started no deployment has done. `force-new-deployment` is the advice only where nothing else was asked for. */
export function nothingStarted(
  { service: { desiredCount }, settings }: Pick<StartedRollout, 'service' | 'settings'>,
  service: string,
  revision: string,
): { readonly level: 'info' | 'notice'; readonly text: string } {
  if (settings !== undefined && changesSettings(settings)) {
    return { level: 'info', text: `Changed the settings of service \`${service}\`. Its revision stays ${revision}.` }
  }
  if (desiredCount === 0) {
    return { level: 'info', text: `Service \`${service}\` has ${revision} already, with a desired count of 0.` }
  }
  return {
    level: 'notice',
    text: `No deployment was started: service \`${service}\` runs ${revision} already. To start new tasks of it, set \`force-new-deployment: true\`.`,
  }
}

import { InputError } from '../../../../toolkit/errors.ts'
import type { BeforeDeploy } from '../inputs/inputs.ts'
import type { ServicePlan } from './service-plan.ts'

/** The service whose new revision runs the command: the first that has the container, else the first. */
export const planFor = (plans: readonly ServicePlan[], { container }: BeforeDeploy): ServicePlan | undefined =>
  plans.find(({ revision }) => revision.registration.containerDefinitions.some(({ name }) => name === container)) ??
  plans[0]

/** The container that runs the command. @throws InputError for one that does not exist, or if several could be meant. */
export function chosenContainer({ revision, shipped }: ServicePlan, wanted: string | undefined): string {
  const names = revision.registration.containerDefinitions.flatMap(({ name }) => name ?? [])
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted
    throw new InputError(
      'before-deploy-container',
      `names \`${wanted}\`, which task definition \`${revision.registration.family}\` does not have.`,
      {
        hint: `It has ${names.map((name) => `\`${name}\``).join(', ')}.`,
      },
    )
  }
  const changed = shipped.flatMap(({ container, input }) => (input === 'image' ? [container] : []))
  const candidates = changed.length > 0 ? changed : names
  const [only, ...others] = candidates
  if (only !== undefined && others.length === 0) return only
  throw new InputError(
    'before-deploy-container',
    'is missing: more than one container could run `before-deploy-command`.',
    {
      hint: `Set it to one of ${candidates.map((name) => `\`${name}\``).join(', ')}.`,
    },
  )
}

// Plans as `terraform show -json` writes them, as far as a test says.
import type { Plan, ResourceChangeJson, ValueChange } from '../../../actions/terraform-apply/src/plan-json/plan-json.ts'

/** A resource change; the type is the first part of the address. */
export function change(
  address: string,
  value: Partial<ValueChange>,
  more: Partial<ResourceChangeJson> = {},
): ResourceChangeJson {
  const [type = '', name = ''] = address.split('.')
  return { address, mode: 'managed', type, name, change: { actions: ['update'], ...value }, ...more }
}

export const plan = (changes: readonly ResourceChangeJson[], more: Partial<Plan> = {}): Plan => ({
  format_version: '1.2',
  terraform_version: '1.11.4',
  resource_changes: changes,
  ...more,
})

import * as client from '@aws-sdk/client-ecs'
import type { Caller, Members, Operations } from '../../kernel/call.ts'
import { refuseMisfits } from '../request-shape.ts'

/** ECS operations. Their input is validated and has the SDK's type. */
// Each operation has another input type. `bind`, the only caller, has validated the input.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Api = Readonly<Record<string, (input: any, caller: Caller) => object | Promise<object>>>

/** Validates each request before its operation. */
export function bind(api: Api): Operations {
  const schemas = client as unknown as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(api).map(([name, operation]) => [
      name,
      (input: Members, caller: Caller) => {
        refuseMisfits(name, schemas[`${name}$`], input)
        return operation(withoutNulls(input), caller) as Members | Promise<Members>
      },
    ]),
  )
}

/** AWS treats `null` in a request as absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  )
}

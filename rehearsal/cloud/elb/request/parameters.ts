import type { Members } from '../../kernel/call.ts'
import { invalid } from '../errors.ts'

const lowerCamel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

/**
 * Converts the members of a query request, which are all text, to the types of the API.
 * Refuses with the messages of AWS's model validation.
 */
export class Parameters {
  readonly #members: Members
  readonly #at: string

  constructor(members: Members, at = '') {
    this.#members = members
    this.#at = at
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined
  }

  text(name: string): string | undefined {
    const value = this.#members[name]
    if (value === undefined) return undefined
    if (typeof value !== 'string') throw this.#refusal(name, JSON.stringify(value), 'Member must be a string')
    return value
  }

  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw this.missing(name)
    return value
  }

  oneOf<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const choice = choices.find((one) => one === value)
    if (choice === undefined) {
      throw this.#refusal(name, value, `Member must satisfy enum value set: [${choices.join(', ')}]`)
    }
    return choice
  }

  number(name: string, min: number, max: number): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^-?\d+$/.test(value)) throw this.#refusal(name, value, 'Member must be an integer')
    const number = Number(value)
    if (number < min) throw this.#refusal(name, value, `Member must have value greater than or equal to ${min}`)
    if (number > max) throw this.#refusal(name, value, `Member must have value less than or equal to ${max}`)
    return number
  }

  flag(name: string): boolean | undefined {
    return this.oneOf(name, ['true', 'false']) === undefined ? undefined : this.text(name) === 'true'
  }

  /** A list of texts; empty without the member. */
  texts(name: string, max = Number.POSITIVE_INFINITY): string[] {
    const items = this.#items(name)
    if (items.length > max) {
      throw this.#refusal(name, `[${items.join(', ')}]`, `Member must have length less than or equal to ${max}`)
    }
    return items.map((item, index) =>
      new Parameters({ member: item }, this.#path(`${name}.${index + 1}`)).required('member'),
    )
  }

  /** A list of structures; empty without the member. */
  list(name: string): Parameters[] {
    return this.#items(name).map((item, index) => {
      const at = this.#path(`${name}.${index + 1}.member`)
      if (typeof item !== 'object' || item === null)
        throw this.#refusal(name, String(item), 'Member must be a structure')
      return new Parameters(item as Members, at)
    })
  }

  nested(name: string): Parameters | undefined {
    const value = this.#members[name]
    if (value === undefined || value === '') return undefined
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#refusal(name, String(value), 'Member must be a structure')
    }
    return new Parameters(value as Members, this.#path(name))
  }

  missing(name: string) {
    return invalid(
      `1 validation error detected: Value null at '${this.#path(name)}' failed to satisfy constraint: Member must not be null`,
    )
  }

  #items(name: string): readonly unknown[] {
    const value = this.#members[name]
    if (value === undefined || value === '') return []
    if (!Array.isArray(value)) throw this.#refusal(name, JSON.stringify(value), 'Member must be a list')
    return value
  }

  #refusal(name: string, value: string, constraint: string) {
    return invalid(
      `1 validation error detected: Value '${value}' at '${this.#path(name)}' failed to satisfy constraint: ${constraint}`,
    )
  }

  #path(name: string): string {
    return this.#at === '' ? lowerCamel(name) : `${this.#at}.${lowerCamel(name)}`
  }
}

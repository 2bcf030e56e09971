import type { Random } from '../kernel/random.ts'

const HEX = '0123456789abcdef'
const DIGITS = '0123456789'
const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

/** Generates ids as ECS does, from one random source. */
export class Ids {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Tasks and container instances: 32 hexadecimal digits. */
  task = (): string => this.#pick(HEX, 32)
  /** Deployments of a service. */
  deployment = (): string => `ecs-svc/${this.#pick(DIGITS, 19)}`
  serviceDeployment = (): string => this.#pick(WORD, 21)
  serviceRevision = (): string => this.#pick(DIGITS, 19)
  pauseHook = (): string => `ecs-pause-${this.#pick(WORD, 43)}`
  eni = (): string => `eni-${this.#pick(HEX, 17)}`

  uuid = (): string => [8, 4, 4, 4, 12].map((length) => this.#pick(HEX, length)).join('-')

  #pick(alphabet: string, length: number): string {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[Math.floor(this.#random() * alphabet.length)]
    return text
  }
}

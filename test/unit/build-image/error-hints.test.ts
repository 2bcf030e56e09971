// Each error that build-image throws must have a hint.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../actions/build-image/src/', import.meta.url))

/** The text from an opening parenthesis to the one that closes it; near enough, as messages hold theirs in pairs. */
function call(text: string, from: number): string {
  for (let at = text.indexOf('(', from), open = 0; at < text.length; at++) {
    if (text[at] === '(') open++
    if (text[at] === ')' && --open === 0) return text.slice(from, at + 1)
  }
  return text.slice(from)
}

test('gives each SlipwayError and InputError a hint', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const errors = files.flatMap((name) => {
    const text = readFileSync(folder + name, 'utf8')
    return [...text.matchAll(/new (?:Slipway|Input)Error\(/g)].map(({ index }) => `${name}: ${call(text, index)}`)
  })
  expect(errors.length).toBeGreaterThan(50)
  expect(errors.filter((error) => !/\bhint\b|, INCOMPLETE\)/.test(error))).toEqual([])
})

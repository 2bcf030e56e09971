import fc from 'fast-check'
import {
  cut,
  cutKeeping,
  eventCode,
  eventLink,
  harmless,
  plain,
} from '../../../../actions/datadog-event/src/deploy/safe-text.ts'

const notifies = /@[^\s\u200b]/
const endsBlock = /%%%/

test('keeps a commit message from notifying people and from ending the markdown block', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('@', '%', 'a', ' ', '\n', '\r', '\u0000', '\u200b', '🙂') }),
      (text) => {
        for (const safe of [harmless(text), plain(text)]) {
          expect(safe).not.toMatch(notifies)
          expect(safe).not.toMatch(endsBlock)
        }
      },
    ),
  )
})

test.each([
  ['thanks @channel', 'thanks @\u200bchannel'],
  ['mail ada@example.com', 'mail ada@\u200bexample.com'],
  ['%%%', '%\u200b%\u200b%'],
  ['take @sha256:channel', 'take @\u200bsha256:channel'],
  [`web@sha256:${'0'.repeat(63)}g`, `web@\u200bsha256:${'0'.repeat(63)}g`],
  ['100%% sure', '100%% sure'],
  ['a\r\nb', 'a\nb'],
  ['a\u001b[31mb\u202e', 'a[31mb'],
])('%j becomes %j', (given, expected) => expect(harmless(given)).toBe(expected))

test('an image can be copied as it stands, and nothing in it ends the code or notifies', () => {
  const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/my_web:v1@sha256:${'0a'.repeat(32)}`
  expect(eventCode(image)).toBe(`\`${image}\``)
  expect(eventCode('a` @all\n`b')).toBe('`a @\u200ball b`')
})

test('plain text does not turn into markdown', () => {
  expect(plain('[click](http://evil) **now** `x` <b>\nnext')).toBe(
    '\\[click\\](http://evil) \\*\\*now\\*\\* \\`x\\` \\<b\\> next',
  )
})

test('no character of a label or address ends the link', () => {
  const made = eventLink('run [1]', 'https://example.com/a b?x=(1)&y=@ada&z=%%%')
  expect(made).toBe('[run \\[1\\]](https://example.com/a%20b?x=%281%29&y=%40ada&z=%25%25%25)')
})

test('text is cut between code points, and never longer than the limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, limit) => {
      const shown = cut(text, limit)
      expect(shown.length).toBeLessThanOrEqual(limit)
      expect(shown.isWellFormed()).toBe(text.isWellFormed())
      if (text.length <= limit) expect(shown).toBe(text)
    }),
  )
  expect(cut('🙂🙂🙂', 4)).toBe('🙂…')
})

test('leaves out a link that would be cut in two', () => {
  expect(cut('see [the run](https://example.com/runs/7) for more', 30)).toBe('see …')
  expect(cut('see https://example.com/runs/7 for more', 20)).toBe('see …')
  expect(cut('see https://e.com/7 and a lot more than fits', 30)).toBe('see https://e.com/7 and a lot…')
  expect(cut('an open [ bracket and a lot more than fits', 30)).toBe('an open [ bracket and a lot m…')
})

test('cuts the body, and keeps the lines that must stay', () => {
  const kept = '[run](https://example.com)'
  expect(cutKeeping('x'.repeat(5000), kept, 4000)).toHaveLength(4000)
  expect(cutKeeping('x'.repeat(5000), kept, 4000)).toMatch(/…\n\n\[run\]\(https:\/\/example\.com\)$/)
  expect(cutKeeping('short', kept, 4000)).toBe(`short\n\n${kept}`)
  expect(cutKeeping('short', kept, kept.length)).toBe(kept)
  expect(cutKeeping('', kept, 4000)).toBe(kept)
})

import { formatSize, parseSize } from '../../../../actions/build-image/src/image/size.ts'

test('parses and formats sizes', () => {
  expect([parseSize('1.5 GiB', 'max-size'), parseSize('250MB', 'max-size')]).toEqual([1_610_612_736, 250_000_000])
  expect([812, 3_400, 34_000_000, 1_200_000_000].map(formatSize)).toEqual(['812 B', '3.4 kB', '34 MB', '1.2 GB'])
})

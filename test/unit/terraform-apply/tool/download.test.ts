import { createHash } from 'node:crypto'
import { verifyChecksum } from '../../../../actions/terraform-apply/src/tool/download.ts'

test('verifies the SHA-256 that the publisher lists for the name of the file', () => {
  const content = Buffer.from('a program')
  const sum = createHash('sha256').update(content).digest('hex')
  expect(() => verifyChecksum('a.zip', content, `0000  b.zip\n${sum}  a.zip\n`)).not.toThrow()
  expect(() => verifyChecksum('a.zip', content, `${sum}  b.zip\n0000  a.zip\n`)).toThrow('its publisher lists 0000')
  expect(() => verifyChecksum('a.zip', content, `${sum}  b.zip\n`)).toThrow('is not in its publisher')
})

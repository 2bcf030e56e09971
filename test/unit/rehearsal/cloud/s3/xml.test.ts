import { readXml, xmlAnswer } from '../../../../../rehearsal/cloud/s3/xml.ts'

test('written XML is read back', () => {
  const { body } = xmlAnswer('Root', { Name: '<&">', Item: [{ Key: 'a b' }, { Key: 'ü' }], None: undefined })
  expect(readXml(Buffer.from(String(body)), 'Root')).toMatchObject({
    Name: '<&">',
    Item: [{ Key: 'a b' }, { Key: 'ü' }],
  })
  expect(() => readXml(Buffer.from('<Other/>'), 'Root')).toThrow(/not well-formed/)
})

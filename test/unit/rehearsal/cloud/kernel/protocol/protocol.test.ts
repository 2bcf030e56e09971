import { XMLParser } from 'fast-xml-parser'
import { AwsError } from '../../../../../../rehearsal/cloud/kernel/errors.ts'
import { errorCodeOf } from '../../../../../../rehearsal/cloud/kernel/protocol/error-code.ts'
import { writeJsonError } from '../../../../../../rehearsal/cloud/kernel/protocol/json.ts'
import {
  readQuery,
  writeEc2Error,
  writeQuery,
  writeQueryError,
} from '../../../../../../rehearsal/cloud/kernel/protocol/query.ts'
import { writeRestJsonError, writeRestXmlError } from '../../../../../../rehearsal/cloud/kernel/protocol/rest.ts'

test('parameters become nested members, lists in the order of their numbers', () => {
  const parameters = new URLSearchParams({
    Action: 'Create',
    Version: '2015-12-01',
    'Subnets.member.10': 'j',
    'Subnets.member.2': 'b',
    'Subnets.member.1': 'a',
    'Tags.member.1.Key': 'k',
    'Tags.member.1.Value': 'v',
    'Config.TargetGroups.member.1.Weight': '5',
    Empty: '',
  })
  expect(readQuery(parameters)).toEqual({
    Subnets: ['a', 'b', 'j'],
    Tags: [{ Key: 'k', Value: 'v' }],
    Config: { TargetGroups: [{ Weight: '5' }] },
    Empty: '',
  })
})

test('XML special characters are escaped', () => {
  const text = `<&> "quoted" 'it'`
  const { body } = writeQuery('Get', 'http://ns/', {
    Name: text,
    List: [{ A: 1 }, { A: 2 }],
    At: new Date(0),
    No: undefined,
  })
  const read = new XMLParser().parse(String(body))
  expect(read.GetResponse.GetResult).toEqual({
    Name: text,
    List: { member: [{ A: 1 }, { A: 2 }] },
    At: '1970-01-01T00:00:00.000Z',
  })
})

test('the error code is read in every protocol', () => {
  const error = new AwsError('SomeException', 'Because.', 400)
  for (const answer of [
    writeJsonError(error),
    writeQueryError(error, 'http://ns/'),
    writeEc2Error(error),
    writeRestXmlError(error),
    writeRestJsonError(error),
    { status: 400, body: '{"__type":"com.amazonaws.logs#SomeException"}' },
  ]) {
    expect(errorCodeOf(answer)).toBe('SomeException')
  }
  expect(errorCodeOf({ status: 418, body: 'teapot' })).toBe('418')
})

test('a parameter named __proto__ is only a parameter', () => {
  readQuery(new URLSearchParams({ '__proto__.polluted': 'yes', 'A.constructor.prototype.polluted': 'yes' }))
  expect(Object.prototype).not.toHaveProperty('polluted')
})

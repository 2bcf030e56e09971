import { readCommandLine } from '../../../../rehearsal/rehearse/command-line.ts'

describe('the command line', () => {
  it('is read', () => {
    const given = readCommandLine(['--prod', '--alarm', '--keep', '--json', 'x.json'])
    expect(given).toEqual({ help: false, prod: true, alarm: true, keep: true, json: 'x.json' })
    expect(readCommandLine([])).toEqual({ help: false, prod: false, alarm: false, keep: false, json: undefined })
  })

  it.each([
    [['--kep'], /--kep/],
    [['--json'], /--json/],
    [['--json', ''], /--json needs the path/],
    [['file'], /file/],
  ])('refuses %j and names the option', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message)
  })
})

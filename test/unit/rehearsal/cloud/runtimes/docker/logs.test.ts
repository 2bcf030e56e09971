import { Frames } from '../../../../../../rehearsal/cloud/runtimes/docker/logs.ts'

test('log frames are split into lines, whatever the chunks', () => {
  const frame = (text: string) => {
    const header = Buffer.alloc(8)
    header.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  const whole = Buffer.concat([frame('one\ntw'), frame('o\n'), frame('thrée\n')])
  for (let cut = 1; cut < whole.length; cut++) {
    const frames = new Frames()
    expect([...frames.push(whole.subarray(0, cut)), ...frames.push(whole.subarray(cut))]).toEqual([
      'one',
      'two',
      'thrée',
    ])
  }
})

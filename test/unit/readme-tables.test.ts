import { withTables } from '../../script/lib/action-tables.ts'

const markers = '# X\n<!-- inputs -->\nold\n<!-- /inputs -->\n\n<!-- outputs -->\n<!-- /outputs -->\nend\n'

it('writes what action.yml says between the markers, and nothing else', () => {
  const yml = `
inputs:
  file: { description: "A | B\\nand more", required: true }
  mode: { description: How, default: fast }
  none: { description: Nothing, default: '' }
outputs:
  image: { description: The image }
`
  const readme = withTables(markers, yml)
  expect(readme).toBe(`# X
<!-- inputs -->
| Input | What it is | Default |
| --- | --- | --- |
| \`file\` **(required)** | A \\| B and more |  |
| \`mode\` | How | \`fast\` |
| \`none\` | Nothing |  |
<!-- /inputs -->

<!-- outputs -->
| Output | What it is |
| --- | --- |
| \`image\` | The image |
<!-- /outputs -->
end
`)
  expect(withTables(readme, yml)).toBe(readme)
})

it('says so when an action has no inputs or outputs', () => {
  expect(withTables(markers, 'name: x')).toContain('<!-- inputs -->\nNone.\n<!-- /inputs -->')
})

it.each(['inputs', 'outputs'])('names the marker that is missing: %s', (name) => {
  expect(() => withTables(markers.replace(`<!-- /${name} -->`, ''), 'name: x')).toThrow(`<!-- /${name} -->`)
})

// A Jest transform for the published @actions/workflow-parser, which imports JSON without the attribute that Jest and Node
// require. It adds the attribute. Outside Jest rehearsal/runner/json-imports.ts does so.
export default {
  process: (source) => ({
    code: source.replaceAll(/^(import .* from ["'][^"']+\.json["'])/gm, "$1 with { type: 'json' }"),
  }),
}

// Import this before the runner, in a file that then imports the runner with `await import(…)`.
// GitHub's workflow parser, as published, imports JSON without the attribute that Node asks for. It is added on the way,
// for that package alone. (jest needs no such help, and allows none.)
import { registerHooks } from 'node:module'

registerHooks({
  load: (url, context, nextLoad) => {
    const schema = url.includes('/@actions/workflow-parser/') && url.endsWith('.json')
    return nextLoad(url, schema ? { ...context, importAttributes: { type: 'json' } } : context)
  },
})

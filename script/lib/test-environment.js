// Jest's environment for Node, with plain globals. Jest gives its tests a context whose global object is a proxy, so each use of a
// global, such as `Array` or `Object`, takes a hundred times as long. The AWS SDK does that many times a call.
import vm from 'node:vm'
import { TestEnvironment } from 'jest-environment-node'

const { createContext } = vm

export default class PlainGlobals extends TestEnvironment {
  constructor(...given) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY)
    try {
      super(...given)
    } finally {
      vm.createContext = createContext
    }
  }
}

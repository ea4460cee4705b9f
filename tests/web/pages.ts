// The checks of both pages.
export { checkConsole } from './check-console.ts'
export { checkSandbox } from './check-sandbox.ts'

export { checkConsole } from './check-console.ts'
export { checkSandbox } from './check-sandbox.ts'

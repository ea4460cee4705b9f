// The entry of the hub command: one call of a command, its exit code, and what ends it early.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { exitCodeOf } from './exit-code.ts'
import { openProgram } from './program.ts'

// A home that was opened once keeps what has been compiled.
const home = process.env['HUB_HOME'] || '.hub'
if (existsSync(home)) enableCompileCache(join(home, 'compiled'))

// When the process that started this one is killed, it cannot hand on a signal: the command ends as by SIGTERM.
if (process.channel !== undefined && process.channel !== null) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}

// A reader of the output may stop early, like `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

try {
  await openProgram((code) => {
    process.exitCode = code
  }).parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

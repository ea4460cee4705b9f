import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { Command } from 'commander'
import { addAccess } from './main/commands/access.ts'
import { addConnector } from './main/commands/connector.ts'
import { addFederation } from './main/commands/federation.ts'
import { addQuarantine } from './main/commands/quarantine.ts'
import { addRunning } from './main/commands/running.ts'
import { addSources } from './main/commands/sources.ts'
import { addStore } from './main/commands/store.ts'
import { exitCodeOf } from './main/exit-code.ts'

// Every command loads what it needs when it is called, so that `hub token` does not wait for a web server; a home that was
// opened once keeps what has been compiled.
const home = process.env['HUB_HOME'] || '.hub'
if (existsSync(home)) enableCompileCache(join(home, 'compiled'))

const program = new Command('hub')
  .description('Nền tảng tích hợp, chia sẻ dữ liệu của tỉnh · the data-integration hub of a province')
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text) })

const does = (code: number): void => {
  process.exitCode = code
}
for (const add of [addRunning, addSources, addQuarantine, addStore, addAccess, addFederation, addConnector]) {
  add(program, does)
}

// Whoever started us was killed and can hand no signal on: what goes on ends as it would by one.
if (process.channel !== undefined && process.channel !== null) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}

// Whoever reads our output may stop, like `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

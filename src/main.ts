import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
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

const aDate = (text: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('a date like 2026-03-05 is expected')
  }
  return text
}
const does = (code: number): void => {
  process.exitCode = code
}

for (const [name, roles, text] of [
  ['start', { serves: true, works: true }, 'phục vụ và đồng bộ · serve and work in one process'],
  ['serve', { serves: true, works: false }, 'chỉ cổng GraphQL · only the gateway'],
  ['work', { serves: false, works: true }, 'chỉ đồng bộ · only the sync worker'],
] as const) {
  program
    .command(name)
    .description(text)
    .action(async () => {
      const { start } = await import('./main/start.ts')
      const { readConfig } = await import('./main/hub.ts')
      does(await start(await readConfig(), roles))
    })
}

program
  .command('sync [source...]')
  .description('chạy ngay · run now, with progress; without a source: all of them')
  .option('--stream <stream>', 'one stream only')
  .option('--full', 'read everything anew')
  .option('--from <date>', 'a window: from this date', aDate)
  .option('--to <date>', 'to before this date', aDate)
  .option('--json', 'one JSON object a run')
  .action(async (sources: string[], options: Record<string, unknown>) => {
    if ((options['from'] === undefined) !== (options['to'] === undefined))
      program.error('--from and --to go together', { exitCode: 2 })
    if (options['full'] === true && options['from'] !== undefined)
      program.error('--full and --from exclude each other', { exitCode: 2 })
    const { syncCommand } = await import('./main/sync-command.ts')
    does(await syncCommand(sources, options))
  })

program
  .command('sources')
  .description('các nguồn: trạng thái, độ trễ, lỗi và ai xử lý · state, lag, counts, what is wrong and who acts')
  .option('--json')
  .action(async (options: { json?: boolean }) => {
    const { sourcesCommand } = await import('./main/list-commands.ts')
    does(await sourcesCommand(options))
  })

program
  .command('runs [source]')
  .description('các lượt chạy · the runs, newest first')
  .option('--json')
  .action(async (source: string | undefined, options: { json?: boolean }) => {
    const { runsCommand } = await import('./main/list-commands.ts')
    does(await runsCommand(source, options))
  })

const quarantine = program.command('quarantine').description('khu cách ly · the rejected records')
quarantine
  .command('list [source]')
  .option('--json')
  .action(async (source: string | undefined, options: { json?: boolean }) => {
    const { quarantineListCommand } = await import('./main/list-commands.ts')
    does(await quarantineListCommand(source, options))
  })
quarantine
  .command('show <id>')
  .option('--purpose <code>', 'prints the original bytes too; the reading is logged')
  .option('--json')
  .action(async (id: string, options: { json?: boolean; purpose?: string }) => {
    const { quarantineShowCommand } = await import('./main/quarantine-commands.ts')
    does(await quarantineShowCommand(id, options))
  })
quarantine
  .command('release <id...>')
  .option('--json')
  .action(async (ids: string[], options: { json?: boolean }) => {
    const { releaseCommand } = await import('./main/quarantine-commands.ts')
    does(await releaseCommand(ids, options))
  })
quarantine
  .command('correct <id>')
  .requiredOption('--patch <json>', 'a JSON merge patch')
  .requiredOption('--reason <text>')
  .option('--json')
  .action(async (id: string, options: { patch: string; reason: string; json?: boolean }) => {
    const { correctCommand } = await import('./main/quarantine-commands.ts')
    does(await correctCommand(id, options))
  })
quarantine
  .command('replay <source>')
  .description('chuẩn hoá lại từ dữ liệu thô · normalise anew from raw, without reading the source')
  .option('--stream <stream>')
  .option('--json')
  .action(async (source: string, options: Record<string, unknown>) => {
    const { syncCommand } = await import('./main/sync-command.ts')
    does(await syncCommand([source], { ...options, replay: true }))
  })

for (const name of ['pause', 'resume'] as const) {
  program
    .command(`${name} <source>`)
    .description(
      name === 'pause' ? 'dừng lịch · stops its schedule' : 'cho chạy tiếp · starts it again, also after a brake',
    )
    .option('--json')
    .action(async (source: string, options: { json?: boolean }) => {
      const { pauseCommand } = await import('./main/quarantine-commands.ts')
      does(await pauseCommand(name, source, options))
    })
}

program
  .command('import')
  .description('nạp dữ liệu tham chiếu · loads reference data')
  .command('reference <folder>')
  .description('the official tables of units, procedures, agencies, holidays')
  .option('--json')
  .action(async (folder: string, options: { json?: boolean }) => {
    const { importCommand } = await import('./main/import-command.ts')
    does(await importCommand(folder, options))
  })

program
  .command('token')
  .description('mã truy cập của bên cấp thử nghiệm · a token of the development issuer')
  .requiredOption('--scope <scopes>', 'scopes separated by spaces')
  .option('--agency <code>')
  .option('--purpose <code...>', 'one or several')
  .option('--ttl <duration>', 'like 30m, 1h', '1h')
  .option('--json')
  .action(async (options: { scope: string; agency?: string; purpose?: string[]; ttl: string; json?: boolean }) => {
    const { tokenCommand } = await import('./main/token-command.ts')
    does(await tokenCommand(options))
  })

program
  .command('schema')
  .description('in lược đồ · prints the SDL')
  .action(async () => {
    const { loadSchema } = await import('./graph/schema.ts')
    console.log(loadSchema().sdl)
  })

const connector = program.command('connector').description('bộ kết nối · connectors')
connector
  .command('new <id>')
  .description('a connector from the template')
  .action(async (id: string) => {
    const { newConnectorCommand } = await import('./main/connector-commands.ts')
    does(await newConnectorCommand(id))
  })
connector
  .command('test <folder>')
  .description('the conformance kit on a connector')
  .option('--json')
  .action(async (folder: string, options: { json?: boolean }) => {
    const { testConnectorCommand } = await import('./main/connector-commands.ts')
    does(await testConnectorCommand(folder, options))
  })

program
  .command('migrate')
  .description('đưa cơ sở dữ liệu lên phiên bản của mã · brings the database to the version of the code')
  .option('--json')
  .action(async (options: { json?: boolean }) => {
    const { migrateCommand } = await import('./main/doctor-command.ts')
    does(await migrateCommand(options))
  })
program
  .command('doctor')
  .description('kiểm tra máy, cấu hình, cơ sở dữ liệu, các nguồn · checks configuration, database and sources')
  .option('--json')
  .action(async (options: { json?: boolean }) => {
    const { doctorCommand } = await import('./main/doctor-command.ts')
    does(await doctorCommand(options))
  })

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

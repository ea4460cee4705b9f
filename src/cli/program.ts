// The hub command with every command below it; what a command needs is loaded when it is called.
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addRevoke } from './access/revoke.ts'
import { addToken } from './access/token.ts'
import { addAuditHead } from './audit/head.ts'
import { addAuditVerify } from './audit/verify.ts'
import { addAuditWho } from './audit/who.ts'
import type { Exit } from './command.ts'
import { addConnectorNew } from './connector/new.ts'
import { addConnectorTest } from './connector/test.ts'
import { addBackup } from './database/backup.ts'
import { addImportReference } from './database/import-reference.ts'
import { addMigrate } from './database/migrate.ts'
import { addRestore } from './database/restore.ts'
import { addDoctor } from './doctor.ts'
import { addGateway } from './federation/gateway.ts'
import { addSchema } from './federation/schema.ts'
import { addSubgraphs } from './federation/subgraphs.ts'
import { addKeyNew } from './key/new.ts'
import { addKeyRotate } from './key/rotate.ts'
import { addQuarantineCorrect } from './quarantine/correct.ts'
import { addQuarantineList } from './quarantine/list.ts'
import { addQuarantineRelease } from './quarantine/release.ts'
import { addQuarantineReplay } from './quarantine/replay.ts'
import { addQuarantineShow } from './quarantine/show.ts'
import { addServe } from './run/serve.ts'
import { addStart } from './run/start.ts'
import { addSync } from './run/sync.ts'
import { addWork } from './run/work.ts'
import { addCensus } from './sources/census.ts'
import { addPause } from './sources/pause.ts'
import { addResume } from './sources/resume.ts'
import { addRuns } from './sources/runs.ts'
import { addSources } from './sources/sources.ts'

type Add = (parent: Command, exit: Exit) => void

/** In the order in which `hub help` lists them: single commands, and groups of commands that share a word. */
const commands: readonly (
  | Add
  | { readonly group: string; readonly description: string; readonly adds: readonly Add[] }
)[] = [
  addStart,
  addServe,
  addWork,
  addSync,
  addSources,
  addRuns,
  addCensus,
  addPause,
  addResume,
  {
    group: 'quarantine',
    description: 'khu cách ly · the rejected records',
    adds: [addQuarantineList, addQuarantineShow, addQuarantineRelease, addQuarantineCorrect, addQuarantineReplay],
  },
  {
    group: 'import',
    description: 'nạp dữ liệu tham chiếu · loads reference data',
    adds: [addImportReference],
  },
  addBackup,
  addRestore,
  addMigrate,
  addDoctor,
  addToken,
  addRevoke,
  {
    group: 'key',
    description: 'khoá mã hoá dữ liệu · the key of encryption at rest',
    adds: [addKeyRotate, addKeyNew],
  },
  {
    group: 'audit',
    description: 'nhật ký truy cập · the access log',
    adds: [addAuditVerify, addAuditHead, addAuditWho],
  },
  addSchema,
  addSubgraphs,
  addGateway,
  { group: 'connector', description: 'bộ kết nối · connectors', adds: [addConnectorNew, addConnectorTest] },
]

/** Every command of the hub. Wrong usage throws CommanderError; how a command ended goes to `exit`. */
export function openProgram(exit: Exit): Command {
  const program = new Command('hub')
    .description('Nền tảng tích hợp, chia sẻ dữ liệu của tỉnh · the data-integration hub of a province')
    .version(hubVersion(), '-V, --version', 'phiên bản · the version of this hub')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
  for (const one of commands) {
    if (typeof one === 'function') one(program, exit)
    else {
      const group = program.command(one.group).description(one.description)
      for (const add of one.adds) add(group, exit)
    }
  }
  return program
}

function hubVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return version
}

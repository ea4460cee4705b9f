// node codegen.ts            writes src/generated/schema.ts from schema/*.graphql, docs/errors.md from the error catalogues, and
//                            src/web/sandbox/generated/declared.ts from src/domains
// node codegen.ts --check    writes nothing; exit code 1 and a line for each of these files that is stale
// node codegen.ts --release  rewrites schema/released.graphql: what is promised from now on. Run it when a version goes out,
//                            never to silence the test that finds a breaking change.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { executeCodegen } from '@graphql-codegen/cli'
import { format, type FormatConfig } from 'oxfmt'
import { house } from './src/domains/index.ts'
import { loadSchema } from './src/graph/schema/load.ts'
import { errorsPage } from './src/operations/errors-page.ts'
import { sandboxText } from './src/domains/sandbox-text.ts'

const root = import.meta.dirname
const generated = join(root, 'src', 'generated', 'schema.ts')
const errors = join(root, 'docs', 'errors.md')
const declared = join(root, 'src', 'web', 'sandbox', 'generated', 'declared.ts')
const released = join(root, 'schema', 'released.graphql')

const text = { input: 'string', output: 'string' }

/** Types of enums, inputs, arguments and objects. The same schema gives the same text: it bears no time and no path. */
async function schemaTypes(sdl: string): Promise<string> {
  const { result, error } = await executeCodegen({
    cwd: root,
    silent: true,
    schema: sdl,
    generates: {
      'schema.ts': {
        plugins: ['typescript'],
        config: {
          enumsAsTypes: true,
          immutableTypes: true,
          skipTypename: true,
          disableDescriptions: true,
          useTypeImports: true,
          declarationKind: { type: 'interface', input: 'interface', arguments: 'interface' },
          maybeValue: 'T | null',
          inputMaybeValue: 'T | null',
          strictScalars: true,
          scalars: { ID: text, DateTime: text, Date: text, Decimal: text, AgencyCode: text },
        },
      },
    },
  })
  const [file] = result
  if (error !== null || file === undefined) throw error ?? new Error('no types came out of the schema')
  return formatted('schema.ts', `// Generated from schema/*.graphql: npm run codegen. Never edited.\n${file.content}`)
}

async function formatted(name: string, content: string): Promise<string> {
  const { $schema: _, ...options } = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8')) as FormatConfig & {
    $schema?: string
  }
  const { code, errors } = await format(name, content, options)
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(({ message }) => message).join('; ')}`)
  return code
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  console.log(`${relative(root, path)} written`)
}

const [mode, ...rest] = process.argv.slice(2)
if (rest.length > 0 || ![undefined, '--check', '--release'].includes(mode)) {
  console.error('usage: node codegen.ts [--check | --release]')
  process.exit(2)
}
const { sdl } = loadSchema()
if (mode === '--release') {
  write(released, await formatted('released.graphql', sdl))
} else {
  const texts = new Map([
    [generated, await schemaTypes(sdl)],
    [errors, errorsPage()],
    [declared, await formatted('declared.ts', sandboxText(house.domains))],
  ])
  for (const [path, text] of texts) {
    if (mode !== '--check') {
      write(path, text)
    } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
      console.error(`${relative(root, path)} is stale: npm run codegen`)
      process.exitCode = 1
    }
  }
}

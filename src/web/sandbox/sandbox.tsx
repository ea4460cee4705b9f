// The sandbox's page.
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql'
import type { GraphQLSchema } from 'graphql'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useAnnouncement } from '../reader/announcement.ts'
import { EditorFont } from './editor-font.tsx'
import { examplesPlugin } from './examples-panel.tsx'
import { EXAMPLES } from './examples.ts'
import { RoleBar } from './role-bar.tsx'
import type { SchemaSize } from './role-bar.tsx'
import { SchemaOfRole } from './schema-of-role.tsx'
import type { Caller } from './caller.ts'
import { ShareButtons } from './share/share-buttons.tsx'
import type { SharedOperation } from './share/share-link.ts'

const RENEWAL_CHECK_MS = 30_000

export function Sandbox({ caller, shared }: { caller: Caller; shared: SharedOperation | null }) {
  const { t } = useTranslation()
  const state = useSyncExternalStore(caller.subscribe, caller.state)
  const [schema, setSchema] = useState<SchemaSize | null>(null)
  const [said, setSaid] = useAnnouncement()
  const plugins = useMemo(() => [examplesPlugin(caller, t('examples'), setSaid), HISTORY_PLUGIN], [caller, t])
  const first = EXAMPLES[0]

  useEffect(() => {
    const timer = setInterval(caller.renew, RENEWAL_CHECK_MS)
    return () => clearInterval(timer)
  }, [caller])

  useEffect(() => {
    document.title = `${t('title')} · ${t('product')}`
  }, [t])

  return (
    <>
      <RoleBar caller={caller} state={state} schema={schema} said={said} say={setSaid} />
      <main className="editor" id="editor" tabIndex={-1} aria-label={t('title')}>
        <GraphiQL
          fetcher={caller.fetcher}
          plugins={plugins}
          {...(plugins[0] === undefined ? {} : { visiblePlugin: plugins[0] })}
          {...(shared === null ? {} : { initialQuery: shared.query, initialVariables: shared.variables })}
          {...(first === undefined ? {} : { defaultQuery: first.query })}
          defaultTheme="light"
          defaultEditorToolsVisibility="variables"
          schemaDescription
          inputValueDeprecation
          onSchemaChange={(found) => setSchema(sizeOf(found))}
        >
          <GraphiQL.Logo>
            <span className="mark" aria-hidden="true" />
          </GraphiQL.Logo>
          <GraphiQL.Toolbar>
            {({ prettify, merge, copy }) => (
              <>
                {prettify}
                {merge}
                {copy}
                <ShareButtons caller={caller} say={setSaid} />
                <SchemaOfRole role={`${state.role.id} ${state.pasted}`} forget={() => setSchema(null)} />
                <EditorFont />
              </>
            )}
          </GraphiQL.Toolbar>
        </GraphiQL>
      </main>
    </>
  )
}

function sizeOf(schema: GraphQLSchema): SchemaSize {
  const types = Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__'))
  return { types: types.length, queries: Object.keys(schema.getQueryType()?.getFields() ?? {}).length }
}

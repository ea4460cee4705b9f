import { GraphiQL, HISTORY_PLUGIN } from 'graphiql'
import type { GraphQLSchema } from 'graphql'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { EditorFont } from './editor-font.tsx'
import { examplesPlugin } from './examples-panel.tsx'
import { EXAMPLES } from './examples.ts'
import { RoleBar } from './role-bar.tsx'
import type { SchemaSize } from './role-bar.tsx'
import { SchemaOfRole } from './schema-of-role.tsx'
import type { Session } from './session.ts'
import { ShareButtons } from './share-buttons.tsx'
import type { SharedOperation } from './share-link.ts'

const RENEWAL_CHECK_MS = 30_000

export function Sandbox({ session, shared }: { session: Session; shared: SharedOperation | null }) {
  const { t } = useTranslation()
  const state = useSyncExternalStore(session.subscribe, session.state)
  const [schema, setSchema] = useState<SchemaSize | null>(null)
  const [said, setSaid] = useState('')
  const plugins = useMemo(() => [examplesPlugin(session, t('examples'), setSaid), HISTORY_PLUGIN], [session, t])
  const first = EXAMPLES[0]

  useEffect(() => {
    const timer = setInterval(session.renew, RENEWAL_CHECK_MS)
    return () => clearInterval(timer)
  }, [session])

  useEffect(() => {
    document.title = `${t('title')} · ${t('product')}`
  }, [t])

  return (
    <>
      <RoleBar session={session} state={state} schema={schema} said={said} />
      <main className="editor" id="editor" tabIndex={-1} aria-label={t('title')}>
        <GraphiQL
          fetcher={session.fetcher}
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
                <ShareButtons session={session} say={setSaid} />
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

// The console's page.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useAnnouncement } from '../reader/announcement.ts'
import { AskFailure } from './ask.ts'
import type { Credentials } from './credentials.ts'
import { useSources } from './live.ts'
import { PageHead } from './parts/page-head.tsx'
import { Problem } from './parts/problem.tsx'
import { QuarantinePanel } from './panels/quarantine.tsx'
import { RunsPanel } from './panels/runs.tsx'
import { SourcesPanel } from './panels/sources.tsx'
import { Summary } from './panels/summary.tsx'
import { TokenForm } from './panels/token-form.tsx'

export function Console({ credentials }: { credentials: Credentials }) {
  const { t } = useTranslation()
  const state = useSyncExternalStore(credentials.subscribe, credentials.state)
  useEffect(() => {
    document.title = `${t('title')} · ${t('product')}`
  }, [t])
  return state === 'asking' ? (
    <>
      <PageHead updatedAt={null} failed={false} leave={null} />
      <main className="page" id="main" tabIndex={-1}>
        <AskForToken credentials={credentials} />
      </main>
    </>
  ) : (
    <Overview credentials={credentials} />
  )
}

function AskForToken({ credentials }: { credentials: Credentials }) {
  const client = useQueryClient()
  const { error } = useSources(credentials)
  const refused = error instanceof AskFailure && error.code === 'UNAUTHENTICATED'
  return (
    <TokenForm
      refused={refused}
      onToken={(token) => {
        credentials.paste(token)
        void client.resetQueries()
      }}
    />
  )
}

function Overview({ credentials }: { credentials: Credentials }) {
  const [said, setSaid] = useAnnouncement()
  const sources = useSources(credentials)
  return (
    <>
      <PageHead
        updatedAt={sources.dataUpdatedAt === 0 ? null : sources.dataUpdatedAt}
        failed={sources.isError}
        leave={() => void credentials.leave()}
      />
      <main className="page" id="main" tabIndex={-1}>
        <p className="said" role="status" data-part="said">
          {said}
        </p>
        {sources.error === null ? null : <Problem error={sources.error} dataUpdatedAt={sources.dataUpdatedAt} />}
        <Summary sources={sources.data} />
        <SourcesPanel credentials={credentials} sources={sources.data} failed={sources.isError} say={setSaid} />
        <RunsPanel credentials={credentials} sources={sources.data ?? []} />
        <QuarantinePanel credentials={credentials} sources={sources.data ?? []} />
      </main>
    </>
  )
}

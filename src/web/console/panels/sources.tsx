// The console's table of sources.
import { Table, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Credentials } from '../credentials.ts'
import { Empty, Waiting } from '../parts/empty.tsx'
import { useLastRuns, useMayAct } from '../live.ts'
import type { Source } from '../operations.ts'
import { SourceRows } from './source-rows.tsx'
import { useUrlState } from '../url-state.ts'

type Props = {
  credentials: Credentials
  sources: Source[] | undefined
  failed: boolean
  say: (text: string) => void
}

export function SourcesPanel({ credentials, sources, failed, say }: Props) {
  const { t } = useTranslation()
  const [url, changeUrl] = useUrlState()
  const lastRuns = useLastRuns(credentials, sources?.map((source) => source.id) ?? [])
  const mayAct = useMayAct(credentials)
  const opened = url.get('open')

  return (
    <section className="panel" aria-labelledby="sources-title" data-part="sources">
      <div className="panel-head">
        <Title order={2} id="sources-title" size="h4">
          {t('sources')}
        </Title>
        {mayAct ? null : <span className="quiet">{t('readOnly')}</span>}
      </div>
      {sources === undefined ? (
        failed ? null : (
          <Waiting />
        )
      ) : sources.length === 0 ? (
        <Empty text={t('sources.none')} />
      ) : (
        <div className="wide" role="group" aria-label={t('sources')} tabIndex={0}>
          <Table verticalSpacing={6} horizontalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('source')}</Table.Th>
                <Table.Th>{t('state')}</Table.Th>
                <Table.Th>{t('lastSuccess')}</Table.Th>
                <Table.Th>{t('lag')}</Table.Th>
                <Table.Th>{t('lastRun')}</Table.Th>
                <Table.Th className="number">{t('records')}</Table.Th>
                <Table.Th className="number">{t('quarantined')}</Table.Th>
                <Table.Th>{t('nextRun')}</Table.Th>
                <Table.Th>{t('actions')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sources.map((source) => (
                <SourceRows
                  key={source.id}
                  credentials={credentials}
                  source={source}
                  lastRuns={lastRuns.data?.get(source.id)}
                  mayAct={mayAct}
                  opened={opened === source.id}
                  toggle={() => changeUrl({ open: opened === source.id ? null : source.id })}
                  say={say}
                />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </section>
  )
}

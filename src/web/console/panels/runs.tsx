// The console's list of runs.
import { NativeSelect, Table, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { languageOf } from '../../reader/language.ts'
import { duration } from '../../reader/local-time.ts'
import type { Credentials } from '../credentials.ts'
import { Empty, Waiting } from '../parts/empty.tsx'
import { useRuns } from '../live.ts'
import { Moment } from '../parts/moment.tsx'
import { RUN_STATES } from '../operations.ts'
import type { Failure, Run, Source } from '../operations.ts'
import { PageTurn } from '../parts/page-turn.tsx'
import { Problem } from '../parts/problem.tsx'
import { SourceFilter } from './source-filter.tsx'
import { StateMark } from '../parts/state-mark.tsx'
import { useUrlState } from '../url-state.ts'

export function RunsPanel({ credentials, sources }: { credentials: Credentials; sources: Source[] }) {
  const { t } = useTranslation()
  const [url, changeUrl] = useUrlState()
  const after = url.get('runsAfter')
  const runs = useRuns(credentials, { source: url.get('source'), state: url.get('state'), after })

  return (
    <section className="panel" aria-labelledby="runs-title" data-part="runs">
      <div className="panel-head">
        <Title order={2} id="runs-title" size="h4" tabIndex={-1}>
          {t('runs')}
        </Title>
        <SourceFilter sources={sources} />
        <NativeSelect
          size="xs"
          label={t('filterState')}
          className="filter"
          data-part="state-filter"
          value={url.get('state') ?? ''}
          onChange={(event) => changeUrl({ state: event.currentTarget.value, runsAfter: null })}
          data={[
            { value: '', label: t('all') },
            ...RUN_STATES.map((state) => ({ value: state, label: t(`run.${state}`) })),
          ]}
        />
        {runs.data === undefined ? null : <span className="quiet">{t('total', { count: runs.data.totalCount })}</span>}
      </div>
      {runs.error === null ? null : <Problem error={runs.error} dataUpdatedAt={runs.dataUpdatedAt} />}
      {runs.data === undefined ? (
        runs.isError ? null : (
          <Waiting />
        )
      ) : runs.data.nodes.length === 0 ? (
        <Empty text={t('runs.none')} />
      ) : (
        <RunTable runs={runs.data.nodes} />
      )}
      <PageTurn
        listing={runs.data}
        after={after}
        turn={(cursor) => changeUrl({ runsAfter: cursor })}
        name={t('runs')}
      />
    </section>
  )
}

function RunTable({ runs }: { runs: Run[] }) {
  const { t, i18n } = useTranslation()
  const language = languageOf(i18n)
  const number = new Intl.NumberFormat(language)
  const counts = ['pages', 'read', 'written', 'unchanged', 'removed', 'rejected'] as const
  return (
    <div className="wide" role="group" aria-label={t('runs')} tabIndex={0}>
      <Table verticalSpacing={5} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('source')}</Table.Th>
            <Table.Th>{t('stream')}</Table.Th>
            <Table.Th>{t('state')}</Table.Th>
            <Table.Th>{t('started')}</Table.Th>
            <Table.Th>{t('took')}</Table.Th>
            {counts.map((name) => (
              <Table.Th key={name} className="number">
                {t(name)}
              </Table.Th>
            ))}
            <Table.Th>{t('problem')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.id} data-run={run.id}>
              <Table.Td className="name">{run.source}</Table.Td>
              <Table.Td>{run.stream}</Table.Td>
              <Table.Td>
                <StateMark kind="run" state={run.state} />
              </Table.Td>
              <Table.Td>
                <Moment iso={run.startedAt} none={t('noneYet')} />
              </Table.Td>
              <Table.Td className="name">{lengthOf(run, language)}</Table.Td>
              {counts.map((name) => (
                <Table.Td key={name} className="number">
                  {number.format(run[name])}
                </Table.Td>
              ))}
              <Table.Td className="problem">
                {run.failure === null ? null : <RunFailure failure={run.failure} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function RunFailure({ failure }: { failure: Failure }) {
  const { t, i18n } = useTranslation()
  return (
    <>
      {i18n.exists(`failure.${failure.code}`) ? t(`failure.${failure.code}`) : null} <code>{failure.code}</code>
      <span className="below">{failure.message}</span>
    </>
  )
}

function lengthOf(run: Run, language: 'vi' | 'en'): string {
  if (run.startedAt === null) return '–'
  const end = run.finishedAt === null ? Date.now() : Date.parse(run.finishedAt)
  return duration((end - Date.parse(run.startedAt)) / 1000, language)
}

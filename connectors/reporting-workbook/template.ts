// The templates in the settings, checked as a whole.
import { createHash } from 'node:crypto'
import { ConnectorFailure } from '#connector'
import type { FolderFile, Settings } from '#connector'
import type { manifest } from './manifest.ts'
import { codeOf, periodOf } from './period.ts'
import type { Period } from './period.ts'

export type Template = Settings<typeof manifest>['templates'][number]
export type Column = Template['columns'][number]

/** A file of the folder that is a report by one of the templates. */
export interface ReportFile {
  readonly file: FolderFile
  readonly template: Template
  readonly agency: string
  /** null: the name spells no period that is understood. */
  readonly period: Period | null
  /** Key of the report: template, agency and period. */
  readonly key: string
  /** Changes when the file or its template does. */
  readonly mark: string
}

export interface Matcher {
  readonly template: Template
  readonly pattern: RegExp
}

/** The templates with their patterns; CONFIG_INVALID names the setting that cannot be used. */
export function matchersOf(templates: readonly Template[]): readonly Matcher[] {
  const codes = new Set<string>()
  return templates.map((template, index) => {
    const at = `settings.templates[${index}]`
    if (codes.has(template.code))
      throw new ConnectorFailure('CONFIG_INVALID', `${at}.code: '${template.code}' is there twice`)
    codes.add(template.code)
    if (template.columns.length === 0)
      throw new ConnectorFailure('CONFIG_INVALID', `${at}.columns: at least one is expected`)
    return { template, pattern: patternOf(template.match, `${at}.match`) }
  })
}

function patternOf(source: string, at: string): RegExp {
  if (!source.includes('(?<agency>') || !source.includes('(?<period>')) {
    throw new ConnectorFailure('CONFIG_INVALID', `${at}: the groups (?<agency>…) and (?<period>…) are expected`)
  }
  try {
    return new RegExp(source, 'iu')
  } catch (cause) {
    throw new ConnectorFailure('CONFIG_INVALID', `${at}: no regular expression`, { cause })
  }
}

/** Lock files of an open workbook and files that are still being copied. */
export const isPassing = (name: string): boolean => /^~\$|^\.|\.(?:part|tmp|crdownload)$/i.test(name)

/** The report that a file is by its name (compared in NFC); null when no template knows the name. */
export function reportFileOf(file: FolderFile, matchers: readonly Matcher[]): ReportFile | null {
  const name = file.name.normalize('NFC')
  for (const { template, pattern } of matchers) {
    const groups = pattern.exec(name)?.groups
    const [agency, spelt] = [groups?.['agency'], groups?.['period']]
    if (agency === undefined || spelt === undefined) continue
    const period = periodOf(spelt)
    const key = keyOf(template.code, agency, period === null ? `?${spelt}` : codeOf(period))
    return { file, template, agency, period, key, mark: markOf(file, template) }
  }
  return null
}

/** Segments of a key, `|` between them; within one, the marks that mean something in a key are written as `%7C`. */
export const keyOf = (...segments: readonly string[]): string =>
  segments
    .map((text) => text.replace(/[%|*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('|')

export const digest = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 12)

export const markOf = (file: FolderFile, template: Template | null): string =>
  digest(file.name, file.bytes, file.changedAt, template)

/** What separates the columns of one template in keys: their indicator or period, numbered where that repeats. */
export function columnIds(columns: readonly Column[]): readonly string[] {
  const seen = new Map<string, number>()
  return columns.map(({ indicator, period = 'current' }) => {
    const id = indicator === undefined ? period : period === 'current' ? indicator : `${indicator}/${period}`
    const count = (seen.get(id) ?? 0) + 1
    seen.set(id, count)
    return count === 1 ? id : `${id}~${count}`
  })
}

// Writes SDMX-JSON and SDMX-CSV messages.
import type { Cell } from './monthly.ts'
import type { Row } from './yearly.ts'

export interface CellChange {
  readonly cell: Cell
  readonly action: 'Information' | 'Merge' | 'Replace' | 'Delete'
}

/** The distinct values of a component in the order in which they first come in a message, with their positions. */
function list() {
  const positions = new Map<string, number>()
  const values: object[] = []
  return {
    values,
    at(id: string, more: object = {}): number {
      const known = positions.get(id)
      if (known !== undefined) return known
      positions.set(id, values.length)
      return values.push({ id, ...more }) - 1
    },
  }
}

type Lists = ReturnType<typeof emptyLists>
const emptyLists = () => ({
  INDICATOR: list(),
  REF_AREA: list(),
  TIME_PERIOD: list(),
  UNIT_MEASURE: list(),
  UNIT_MULT: list(),
  OBS_STATUS: list(),
})

/** The structure blocks of a message: of its series, and of its flat lists. */
function structuresOf(flow: string, name: string, lists: Lists): object[] {
  const dimension = (id: keyof Lists | 'FREQ', keyPosition: number) => ({
    id,
    keyPosition,
    roles: [id],
    values: id === 'FREQ' ? [{ id: 'M', names: { vi: 'Tháng', en: 'Monthly' } }] : lists[id].values,
  })
  const attribute = (id: keyof Lists) => ({
    id,
    roles: [id],
    relationship: { observation: {} },
    values: lists[id].values,
  })
  const links = [{ rel: 'dataflow', urn: `urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=TAYNINH:${flow}(1.0)` }]
  const own = [dimension('INDICATOR', 1), dimension('REF_AREA', 2)]
  const units = [attribute('UNIT_MEASURE'), attribute('UNIT_MULT')]
  const block = (asSeries: boolean) => ({
    name,
    links,
    dimensions: {
      dataSet: [dimension('FREQ', 0)],
      series: asSeries ? own : [],
      observation: [...(asSeries ? [] : own), dimension('TIME_PERIOD', 3)],
    },
    measures: { observation: [{ id: 'OBS_VALUE' }] },
    attributes: {
      dataSet: [],
      series: asSeries ? units : [],
      observation: [...(asSeries ? [] : units), attribute('OBS_STATUS')],
    },
  })
  return [block(true), block(false)]
}

/**
 * An SDMX-JSON 2.0 message: what is new as series, what is revised or withdrawn as flat lists with a structure of their own,
 * each action a data set, withdrawn first. Names are decomposed (NFD) for one of the indicators, as some exports do.
 */
export function jsonMessage(flow: string, name: string, changes: readonly CellChange[], now: Date): object {
  const lists = emptyLists()
  const at = (cell: Cell) => {
    const { indicator } = cell
    const vietnamese = indicator.code === 'BAN_LE' ? indicator.name.normalize('NFD') : indicator.name
    return {
      indicator: lists.INDICATOR.at(indicator.code, {
        name: indicator.code,
        names: { en: indicator.code, vi: vietnamese },
      }),
      area: lists.REF_AREA.at(cell.area),
      time: lists.TIME_PERIOD.at(cell.timePeriod),
      unit: lists.UNIT_MEASURE.at(indicator.unit),
      multiplier: lists.UNIT_MULT.at(String(indicator.multiplier)),
      status: cell.dirt === 'status' ? 99 : lists.OBS_STATUS.at(cell.status),
    }
  }
  const series = (cells: readonly Cell[]): object => {
    const found: Record<string, { attributes: number[]; observations: Record<string, unknown[]> }> = {}
    for (const cell of cells) {
      const position = at(cell)
      const one = (found[`${position.indicator}:${position.area}`] ??= {
        attributes: [position.unit, position.multiplier],
        observations: {},
      })
      one.observations[position.time] = [written(cell), position.status]
    }
    return { series: found }
  }
  const flat = (cells: readonly Cell[], bare: boolean): object => ({
    observations: Object.fromEntries(
      cells.map((cell) => {
        const { indicator, area, time, unit, multiplier, status } = at(cell)
        return [`${indicator}:${area}:${time}`, bare ? [] : [written(cell), unit, multiplier, status]]
      }),
    ),
  })
  const dataSets = (['Delete', 'Replace', 'Merge', 'Information'] as const).flatMap((action) => {
    const cells = changes.filter((one) => one.action === action).map(({ cell }) => cell)
    if (cells.length === 0) return []
    const asSeries = action === 'Merge' || action === 'Information'
    return [{ structure: asSeries ? 0 : 1, action, ...(asSeries ? series(cells) : flat(cells, action === 'Delete')) }]
  })
  return {
    meta: {
      id: `${flow}-${now.getTime()}`,
      prepared: now.toISOString(),
      contentLanguages: ['vi', 'en'],
      sender: { id: 'TAYNINH' },
    },
    data: { dataSets, structures: structuresOf(flow, name, lists) },
  }
}

const written = ({ value, dirt }: Cell): string | number | null =>
  dirt === 'text' ? 'chưa có' : value === null ? 'NaN' : Number(value)

/** An SDMX-CSV 2.0 message as a spreadsheet of this country writes it: byte order mark, semicolons, decimal commas. */
export function csvMessage(flow: string, rows: readonly Row[], labels: boolean): string {
  const label = (code: string, name: string): string => (labels ? `${code}: ${name}` : code)
  const title = (id: string, name: string): string => (labels ? `${id}: ${name}` : id)
  const lines = rows.map(({ indicator, area, year, value, status, dirt }) =>
    [
      'dataflow',
      `TAYNINH:${flow}(1.0)`,
      'I',
      label('A', 'Năm'),
      label(indicator.code, indicator.name),
      area,
      String(year),
      dirt ? 'chưa có' : value === null ? 'NaN' : value.replace('.', ','),
      indicator.unit,
      String(indicator.multiplier),
      status,
    ].join(';'),
  )
  const header = [
    'STRUCTURE',
    'STRUCTURE_ID',
    'ACTION',
    title('FREQ', 'Tần suất'),
    title('INDICATOR', 'Chỉ tiêu'),
    title('REF_AREA', 'Địa bàn'),
    title('TIME_PERIOD', 'Kỳ'),
    title('OBS_VALUE', 'Giá trị'),
    title('UNIT_MEASURE', 'Đơn vị tính'),
    title('UNIT_MULT', 'Bội số'),
    title('OBS_STATUS', 'Tình trạng'),
  ].join(';')
  return `\uFEFF${[header, ...lines].join('\r\n')}\r\n`
}

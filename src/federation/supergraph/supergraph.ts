// Reads a supergraph as composers write it.
import { buildASTSchema, Kind, parse } from 'graphql'
import type { DefinitionNode, DocumentNode, EnumTypeDefinitionNode, GraphQLSchema, SelectionSetNode } from 'graphql'
import { hubError } from '../../access/error.ts'
import { apiDocument } from './api-document.ts'
import { argumentsOf, linkedNames } from './link.ts'
import { readMembers } from './members.ts'
import type { Members } from './members.ts'

/** A subgraph as the supergraph names it: `name` is how plans speak of it, `url` where it says that it is. */
export interface SubgraphAddress {
  /** The value of `join__Graph`. */
  readonly graph: string
  readonly name: string
  readonly url: string
}

/** One `@key` of a type in a subgraph, as a selection. */
export type Key = SelectionSetNode

export interface Supergraph {
  readonly sdl: string
  readonly subgraphs: readonly SubgraphAddress[]
  /** All types of all subgraphs, also the hidden ones; without directives of composition. */
  readonly whole: GraphQLSchema
  /** What clients may write: a new schema at each call, as a server may change the one that it is given. */
  apiDocument(): DocumentNode
  /** The labels of progressive overrides that it names. */
  readonly overrideLabels: readonly string[]
  /** The interfaces that some subgraph has as one object type. */
  readonly interfaceObjects: ReadonlySet<string>
  /** Which subgraph has what, with these labels of progressive overrides. */
  members(isOn: (label: string) => boolean): Members
  /** The keys by which a subgraph finds objects of a type; empty where it has none. */
  keysOf(subgraph: string, type: string): readonly Key[]
  /** Whether a subgraph alone answers this field of this type, for everybody. */
  answers(subgraph: string, type: string, field: string): boolean
}

/**
 * Reads a supergraph as composers write it (join specification 0.2 and later). Throws CONFIG_INVALID with one line for a text
 * that is none.
 */
export function readSupergraph(sdl: string): Supergraph {
  const document = parsed(sdl)
  const graphs = document.definitions.find(
    (one): one is EnumTypeDefinitionNode => one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'join__Graph',
  )
  if (graphs === undefined) throw invalid('it has no enum join__Graph')
  const names = new Map<string, string>()
  const subgraphs = (graphs.values ?? []).map((value) => {
    const given = argumentsOf(value.directives?.find((one) => one.name.value === 'join__graph'))
    const name = typeof given['name'] === 'string' ? given['name'] : value.name.value
    names.set(value.name.value, name)
    return { graph: value.name.value, name, url: typeof given['url'] === 'string' ? given['url'] : '' }
  })
  const linked = linkedNames(document)
  const whole = built({ ...document, definitions: document.definitions.filter((one) => !isOfComposition(one)) })
  const members = (isOn: (label: string) => boolean): Members => readMembers(document, names, isOn)
  const overrideLabels = new Set<string>()
  const [on, off] = [members((label) => overrideLabels.add(label).size > 0), members(() => false)]
  return {
    sdl,
    subgraphs,
    whole,
    apiDocument: () => apiDocument(document, linked),
    overrideLabels: [...overrideLabels],
    interfaceObjects: on.interfaceObjects,
    members,
    keysOf: (subgraph, type) => on.of(subgraph, type)?.keys ?? [],
    answers: (subgraph, type, field) =>
      [on, off].every((one) => {
        const found = one.of(subgraph, type)?.fields.get(field)
        return found !== undefined && !found.external && found.requires === null
      }),
  }
}

function parsed(sdl: string): DocumentNode {
  try {
    return parse(sdl, { noLocation: true })
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

function built(document: DocumentNode): GraphQLSchema {
  try {
    return buildASTSchema(document, { assumeValid: true, assumeValidSDL: true })
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

const invalid = (why: string): Error =>
  hubError('CONFIG_INVALID', `Không phải siêu lược đồ · This is no supergraph: ${why.split('\n')[0]}`)

const isOfComposition = (one: DefinitionNode): boolean =>
  'name' in one && one.name !== undefined && /^(join|link|core)(__|$)/.test(one.name.value)

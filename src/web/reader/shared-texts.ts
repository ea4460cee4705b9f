// The texts that both pages show.
import type { Bilingual } from './language.ts'

export const SHARED_TEXTS = {
  product: { vi: 'Trục tích hợp dữ liệu tỉnh', en: 'Provincial data hub' },
  language: { vi: 'Ngôn ngữ', en: 'Language' },
  sandboxTitle: { vi: 'Thử nghiệm GraphQL', en: 'GraphQL sandbox' },
} as const satisfies Record<string, Bilingual>

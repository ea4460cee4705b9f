// The purposes for which data are read in the demonstration province.

const legalBasis = 'Mục đích trình diễn · for the demonstration'

export const demonstrationPurposes = [
  {
    code: 'dossier-handling',
    title: { vi: 'Giải quyết hồ sơ', en: 'Handling of dossiers' },
    legalBasis,
  },
  {
    code: 'statistics',
    title: { vi: 'Thống kê', en: 'Statistics' },
    legalBasis,
  },
  {
    code: 'audit',
    title: { vi: 'Kiểm tra, giám sát', en: 'Audit' },
    legalBasis,
  },
] as const

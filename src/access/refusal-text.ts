// The texts of refusals that several rooms give in the same words.

export const tooComplex = 'Thao tác quá phức tạp. · The operation is too complex.'
export const cannotBeFollowed = 'Không theo dõi được trường này. · This field cannot be followed here.'
export const subscribeAtStream = 'Đăng ký theo dõi ở /graphql/stream. · Subscriptions are served at /graphql/stream.'
export const ownPagesAlone = 'Chỉ trang của chính hệ thống này. · Only pages of this origin.'
export const serverStopping = 'Máy chủ đang dừng; hãy đăng ký lại sau. · The server is stopping: subscribe again later.'

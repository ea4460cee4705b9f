// Keeps the emulated dossiers in the order of their last change.

/**
 * Things by the time at which they last changed. `touch` makes a thing the newest; any rank is found in O(log n), so that a
 * page deep in a list of a million costs what the first one costs.
 */
export interface Order {
  readonly count: number
  /** The thing becomes the newest, wherever it was. */
  touch(thing: number): void
  remove(thing: number): void
  /** Things from a rank on, rank 0 the newest (or the oldest). */
  slice(from: number, count: number, oldestFirst?: boolean): number[]
}

export function createOrder(oldestFirst: ArrayLike<number> = []): Order {
  let slots = new Int32Array(0)
  let tree = new Int32Array(0) // a Fenwick tree over the taken slots
  let used = 0
  let count = 0
  let slotOf = new Int32Array(0) // slot + 1 of a thing, 0: not here

  const add = (slot: number, by: number): void => {
    for (let at = slot + 1; at < tree.length; at += at & -at) tree[at] = tree[at]! + by
  }
  /** The slot of the taken one with that many before it. */
  const find = (rank: number): number => {
    let at = 0
    for (let step = 2 ** Math.floor(Math.log2(tree.length - 1)); step >= 1; step /= 2) {
      if (at + step < tree.length && tree[at + step]! <= rank) {
        at += step
        rank -= tree[at]!
      }
    }
    return at
  }
  const load = (things: ArrayLike<number>): void => {
    const capacity = Math.max(1024, things.length * 2)
    slots = new Int32Array(capacity).fill(-1)
    tree = new Int32Array(capacity + 1)
    for (let index = 0; index < things.length; index += 1) {
      slots[index] = things[index]!
      noteSlot(things[index]!, index + 1)
      tree[index + 1] = 1
    }
    for (let at = 1; at < tree.length; at += 1) {
      const parent = at + (at & -at)
      if (parent < tree.length) tree[parent] = tree[parent]! + tree[at]!
    }
    used = things.length
    count = things.length
  }
  const noteSlot = (thing: number, slot: number): void => {
    if (thing >= slotOf.length) {
      const larger = new Int32Array(Math.max(1024, thing * 2))
      larger.set(slotOf)
      slotOf = larger
    }
    slotOf[thing] = slot
  }
  const remove = (thing: number): void => {
    const slot = (slotOf[thing] ?? 0) - 1
    if (slot < 0) return
    slots[slot] = -1
    slotOf[thing] = 0
    add(slot, -1)
    count -= 1
  }

  load(oldestFirst)
  return {
    get count() {
      return count
    },
    remove,
    touch: (thing) => {
      remove(thing)
      if (used === slots.length) load(slots.filter((taken) => taken >= 0))
      slots[used] = thing
      noteSlot(thing, used + 1)
      add(used, 1)
      used += 1
      count += 1
    },
    slice: (from, length, oldest = false) => {
      const things: number[] = []
      for (let rank = from; rank < Math.min(from + length, count); rank += 1) {
        things.push(slots[find(oldest ? rank : count - 1 - rank)]!)
      }
      return things
    },
  }
}
